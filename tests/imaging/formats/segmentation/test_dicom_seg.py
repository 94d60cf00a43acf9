"""SEGs written by highdicom, read onto their image: not a voxel differs; what does not fit is refused."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import highdicom as hd
import numpy as np
import pytest
import SimpleITK
from pydicom import Dataset, dcmread
from pydicom.sequence import Sequence as Items
from pydicom.uid import generate_uid

from imaging.errors import ReadError, Truncated
from imaging.formats.segmentation.imported import Code
from imaging.sandbox import Sandbox
from tests.imaging.formats.segmentation.laid import read_segmentation

PLACED = ["axial", "descending", "oblique", "tilted", "missing", "enhanced", "single"]


def changed(path: Path, change: Callable[[Dataset], None]) -> Path:
    """The file with its data set changed."""
    data = dcmread(path)
    change(data)
    data.save_as(path)
    return path


def each_reference(data: Dataset) -> list[Dataset]:
    """Every item that names a source image of a frame."""
    return [
        image
        for frame in data.PerFrameFunctionalGroupsSequence
        for derived in frame.DerivationImageSequence
        for image in derived.SourceImageSequence
    ]


def without_references(data: Dataset) -> None:
    for frame in data.PerFrameFunctionalGroupsSequence:
        del frame.DerivationImageSequence
    del data.ReferencedSeriesSequence


@pytest.mark.parametrize("kind", PLACED)
@pytest.mark.parametrize("coding", ["BINARY", "LABELMAP"])
def test_no_voxel_differs(make_image, write_seg, kind, coding):
    image = make_image(kind)
    mask = image.mask()
    found = read_segmentation(write_seg(image, image.in_order_of_files(mask), coding), image.volume, image.series)
    np.testing.assert_array_equal(found.labelmap.array, mask)
    assert found.labelmap.geometry is image.volume.geometry
    assert found.warnings == ()


@pytest.mark.parametrize("kind", PLACED)
def test_positions_alone_place_every_frame(make_image, write_seg, kind):
    image = make_image(kind)
    mask = image.mask()
    path = changed(write_seg(image, image.in_order_of_files(mask)), without_references)
    found = read_segmentation(path, image.volume, image.series)
    np.testing.assert_array_equal(found.labelmap.array, mask)


def test_a_segmentation_that_ends_early_is_refused(make_image, write_seg):
    image = make_image("axial")
    path = write_seg(image, image.in_order_of_files(image.mask()), "LABELMAP")
    stated = int(dcmread(path).NumberOfFrames)
    assert stated > 2
    changed(path, lambda data: setattr(data, "PixelData", data.PixelData[: -data.Rows * data.Columns]))
    with pytest.raises(Truncated, match=f"only {stated - 1} of {stated} frames are there: the mask lacks parts"):
        read_segmentation(path, image.volume, image.series)


def test_names_colours_codes_and_maker(make_image, write_seg):
    image = make_image("axial")
    found = read_segmentation(write_seg(image, image.mask()), image.volume, image.series)
    first, second = found.segments
    assert (first.name, second.name, second.value) == ("part 1", "part 2", 2)
    assert first.colour == (200, 30, 90)
    assert first.category == Code("123037004", "SCT", "Anatomical Structure")
    assert first.kind == Code("39607008", "SCT", "Lung")
    made = found.labelmap.provenance
    assert made is not None
    assert (made.author, made.model, made.model_version) == ("Doe Jane", "Finder", "2.1")
    assert made.time == datetime(2026, 2, 3, 4, 5, 6).astimezone(), "a time without a zone is that of this computer"
    assert [label.name for label in found.labelmap.labels] == ["part 1", "part 2"]


def test_sixty_segments(make_image, write_seg):
    image = make_image("axial")
    mask = image.mask(60)
    found = read_segmentation(write_seg(image, mask, labels=60), image.volume, image.series)
    np.testing.assert_array_equal(found.labelmap.array, mask)
    assert len(found.segments) == 60


def test_fractions_count_from_the_half_on(make_image, write_seg):
    image = make_image("oblique")
    fractions = np.zeros((*image.volume.array.shape, 1), np.float32)
    fractions[0, 0, :4, 0] = 0.2, 0.49, 0.51, 1.0
    found = read_segmentation(write_seg(image, fractions, "FRACTIONAL", 1), image.volume, image.series)
    assert found.labelmap.array[0, 0, :5].tolist() == [0, 0, 1, 1, 0]
    assert found.labelmap.array.sum() == 2
    assert found.warnings == ("fractions: voxels count from 0.5 of the maximum (255) on",)


def test_two_that_overlap_lie_in_layers(make_image, write_seg):
    image = make_image("axial")
    both = np.zeros((*image.volume.array.shape, 2), np.uint8)
    both[0, 0, :3, 0] = 1
    both[0, 0, 2:5, 1] = 1
    found = read_segmentation(write_seg(image, both), image.volume, image.series)
    assert [layer[0, 0, :6].tolist() for layer in found.labelmap.layers] == [[1, 1, 1, 0, 0, 0], [0, 0, 2, 2, 2, 0]]
    assert found.warnings == ()


def test_as_highdicom_and_simpleitk_read_it(make_image, write_seg):
    """SimpleITK is asked for fractions: of single bits it takes every frame to begin with a byte."""
    image = make_image("axial")
    path = write_seg(image, image.mask(1), labels=1, omit_empty_frames=False)
    ours = read_segmentation(path, image.volume, image.series).labelmap.array
    theirs = hd.seg.segread(path).get_volume(combine_segments=True)
    np.testing.assert_array_equal(ours, theirs.array if theirs.affine[2, 0] > 0 else theirs.array[::-1])
    fractions = write_seg(image, image.mask(1).astype(np.float32)[..., None], "FRACTIONAL", 1, omit_empty_frames=False)
    stored = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(fractions))
    places = [
        f.PlanePositionSequence[0].ImagePositionPatient[2] for f in dcmread(fractions).PerFrameFunctionalGroupsSequence
    ]
    ours = read_segmentation(fractions, image.volume, image.series).labelmap.array
    np.testing.assert_array_equal(ours, stored[np.argsort(places)] == 255)


def test_a_frame_turned_and_cut_lies_where_its_position_says(make_image, write_seg):
    """Rows from the bottom up, columns without the first three: the same pixels in another order."""
    image = make_image("oblique")
    mask = image.mask(1)
    path = write_seg(image, mask, labels=1)

    def turn(data: Dataset) -> None:
        pixels = hd.seg.segread(path).pixel_array[:, ::-1, 3:]
        orientation = data.SharedFunctionalGroupsSequence[0].PlaneOrientationSequence[0]
        across, down = np.split(np.array(orientation.ImageOrientationPatient, float), 2)
        orientation.ImageOrientationPatient = [*across, *-down]
        for frame in data.PerFrameFunctionalGroupsSequence:
            place = frame.PlanePositionSequence[0]
            place.ImagePositionPatient = list(
                np.array(place.ImagePositionPatient, float) + down * 0.7 * (data.Rows - 1) + across * 0.5 * 3
            )
        data.Columns -= 3
        data.PixelData = np.packbits(pixels.ravel(), bitorder="little").tobytes()

    found = read_segmentation(changed(path, turn), image.volume, image.series).labelmap.array
    np.testing.assert_array_equal(found[..., 3:], mask[..., 3:])
    assert not found[..., :3].any()


def flat_seg(image, mask: np.ndarray, with_frames: bool = True) -> Dataset:
    """A SEG of an image without a frame of reference: frames refer to frames, and no position is stated."""
    source = image.datasets[0]
    data = of(
        SOPClassUID="1.2.840.10008.5.1.4.1.1.66.4", SOPInstanceUID=generate_uid(), Modality="SEG",
        SeriesInstanceUID=generate_uid(), StudyInstanceUID=source.StudyInstanceUID, SegmentationType="BINARY",
        Rows=mask.shape[1], Columns=mask.shape[2], NumberOfFrames=len(mask), SamplesPerPixel=1, BitsAllocated=1,
        BitsStored=1, HighBit=0, PixelRepresentation=0, PhotometricInterpretation="MONOCHROME2",
        SegmentSequence=Items([of(SegmentNumber=1, SegmentLabel="cyst", SegmentAlgorithmType="MANUAL")]),
    )  # fmt: skip
    frames = [{"ReferencedFrameNumber": k + 1} if with_frames else {} for k in range(len(mask))]
    data.PerFrameFunctionalGroupsSequence = Items([
        of(
            SegmentIdentificationSequence=Items([of(ReferencedSegmentNumber=1)]),
            DerivationImageSequence=Items([of(SourceImageSequence=Items(
                [of(ReferencedSOPInstanceUID=source.SOPInstanceUID, **frame)]
            ))]),
        )
        for frame in frames
    ])  # fmt: skip
    bits = np.packbits(mask.ravel(), bitorder="little").tobytes()
    data.PixelData = bits + b"\0" * (len(bits) % 2)
    data["PixelData"].VR = "OB"
    data.file_meta = source.file_meta
    return data


def of(**attributes: object) -> Dataset:
    found = Dataset()
    for keyword, value in attributes.items():
        setattr(found, keyword, value)
    return found


@pytest.mark.parametrize("kind", ["clip", "flat"])
def test_frame_numbers_place_frames_that_have_no_position(make_image, tmp_path, kind):
    image = make_image(kind)
    mask = image.mask(1)
    path = tmp_path / "seg.dcm"
    flat_seg(image, mask).save_as(path, enforce_file_format=True)
    found = read_segmentation(path, image.volume, image.series)
    np.testing.assert_array_equal(found.labelmap.array, mask)
    assert found.segments[0].name == "cyst"


def test_a_clip_is_not_guessed(make_image, tmp_path):
    image = make_image("clip")
    path = tmp_path / "seg.dcm"
    flat_seg(image, image.mask(1), with_frames=False).save_as(path, enforce_file_format=True)
    with pytest.raises(ReadError, match="frame 1 does not fit: it states no position, and it refers to 4 frames"):
        read_segmentation(path, image.volume, image.series)


def test_another_series_is_refused(make_image, write_seg):
    image, other = make_image("axial"), make_image("axial", "1.2.826.0.1.99.8")
    path = write_seg(image, image.mask())
    with pytest.raises(ReadError, match=r"made from other images than CT: found a reference to \S+, expected one to"):
        read_segmentation(path, other.volume, other.series)
    changed(path, without_references)
    with pytest.raises(ReadError, match=r"frame of reference 1\.2\.826\.0\.1\.99\.7\.9, expected that of the image"):
        read_segmentation(path, other.volume, other.series)


def test_a_frame_that_lies_elsewhere_than_its_image_is_refused(make_image, write_seg):
    image = make_image("axial")

    def shift(data: Dataset) -> None:
        data.PerFrameFunctionalGroupsSequence[0].PlanePositionSequence[0].ImagePositionPatient[1] += 0.2

    path = changed(write_seg(image, image.mask()), shift)
    with pytest.raises(ReadError, match=r"frame 1 does not fit: .* 0\.20 mm off the nearest slice"):
        read_segmentation(path, image.volume, image.series)


def test_positions_that_agree_to_a_tenth_of_a_millimetre_fit(make_image, write_seg):
    image = make_image("axial")
    mask = image.mask()

    def shift(data: Dataset) -> None:
        for frame in data.PerFrameFunctionalGroupsSequence:
            frame.PlanePositionSequence[0].ImagePositionPatient[1] += 0.09

    found = read_segmentation(changed(write_seg(image, mask), shift), image.volume, image.series)
    np.testing.assert_array_equal(found.labelmap.array, mask)


def test_other_pixel_sizes_are_refused(make_image, write_seg):
    image = make_image("axial")

    def scale(data: Dataset) -> None:
        data.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0].PixelSpacing = [1.4, 1.0]

    path = changed(write_seg(image, image.mask()), scale)
    with pytest.raises(ReadError, match="turned, or with pixels of another size"):
        read_segmentation(path, image.volume, image.series)


def test_an_image_is_no_segmentation(make_image):
    image = make_image("axial")
    with pytest.raises(ReadError, match="expected BINARY, FRACTIONAL or LABELMAP, found CT"):
        read_segmentation(image.series.files[0], image.volume, image.series)


def test_one_missing_image_is_named(make_image, write_seg):
    image = make_image("axial")

    def lose(data: Dataset) -> None:
        each_reference(data)[0].ReferencedSOPInstanceUID = "1.2.3.4.5"

    path = changed(write_seg(image, image.mask()), lose)
    with pytest.raises(ReadError, match=r"frame 1 does not fit: it was made from image 1\.2\.3\.4\.5"):
        read_segmentation(path, image.volume, image.series)


def test_the_sandbox_reads_the_same(make_image, write_seg):
    image = make_image("oblique")
    mask = image.mask()
    path = write_seg(image, image.in_order_of_files(mask))
    here = read_segmentation(path, image.volume, image.series)
    with Sandbox() as sandbox:
        there = sandbox.read_segmentation(path, image.volume, image.series)
    np.testing.assert_array_equal(there.labelmap.array, mask)
    assert there.segments == here.segments
    assert there.labelmap.provenance == here.labelmap.provenance


def test_fractions_of_another_program_come_along(make_image, write_seg):
    """Written by highdicom with a maximum of 200: 0, 50, 100, 150 and 200 are quarters."""
    image = make_image("axial")
    shares = (np.arange(image.volume.array.size).reshape(image.volume.array.shape) % 5) / 4
    pixels = image.in_order_of_files(shares.astype(np.float32))
    path = write_seg(image, pixels, "FRACTIONAL", 1, max_fractional_value=200, fractional_type="OCCUPANCY")
    found = read_segmentation(path, image.volume, image.series)
    assert found.fractions is not None
    assert (found.fractions.values, found.fractions.meaning) == ((1,), "OCCUPANCY")
    np.testing.assert_array_equal(found.fractions.array[0], np.rint(shares * 255))
    np.testing.assert_array_equal(found.labelmap.array, shares >= 0.5)
