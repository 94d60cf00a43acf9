"""Masks against tools that share no code with us: dcmqi's converters, and where dcm2niix puts the images."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nibabel
import numpy as np
import pytest
import SimpleITK
from numpy.typing import NDArray

from imaging.formats.authoring.image_grid import grid_of
from imaging.formats.segmentation.exporting import export_labelmap
from imaging.formats.segmentation.importing import import_onto
from imaging.formats.segmentation.mask_format import MaskFormat
from imaging.labelmap import Label, Labelmap

KINDS = ["axial", "descending", "oblique", "tilted", "missing", "enhanced", "single"]
LPS_OF_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])


def tool(name: str) -> Path:
    """The tool beside this interpreter or on the path; the test is skipped where it is not installed."""
    beside = Path(sys.executable).with_name(name)
    found = beside if beside.exists() else shutil.which(name)
    if found is None:
        pytest.skip(f"no {name} (pip: {'dcm2niix' if name == 'dcm2niix' else 'dcmqi'}) beside this interpreter")
    return Path(found)


def run(name: str, *arguments: object) -> str:
    done = subprocess.run([tool(name), *map(str, arguments)], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def labelled(image, count: int) -> Labelmap:
    array = image.mask(count)
    array[0, 0, 0] = array[-1, -1, -1] = 1  # ends of the grid, so that tools that cut empty sides cut none
    return Labelmap(array, image.volume.geometry, tuple(Label(n + 1, f"part {n + 1}") for n in range(count)))


def affine_lps(image: SimpleITK.Image) -> NDArray[np.float64]:
    """(4, 4) index (i, j, k, 1) to LPS millimetres."""
    found = np.eye(4)
    found[:3, :3] = np.array(image.GetDirection()).reshape(3, 3) * image.GetSpacing()
    found[:3, 3] = image.GetOrigin()
    return found


def voxels_at(image: SimpleITK.Image, points_lps: NDArray[np.float64]) -> NDArray[np.int64]:
    """(N,) values at places in the patient, which must lie on voxels to a twentieth of one; 0 outside."""
    index = (points_lps - affine_lps(image)[:3, 3]) @ np.linalg.inv(affine_lps(image)[:3, :3]).T
    assert np.abs(index - np.rint(index)).max() < 0.05
    i, j, k = np.rint(index).astype(int).T
    array = SimpleITK.GetArrayFromImage(image)
    inside = np.logical_and.reduce([(at >= 0) & (at < n) for at, n in zip((k, j, i), array.shape, strict=True)])
    found = np.zeros(len(index), np.int64)
    found[inside] = array[k[inside], j[inside], i[inside]]
    return found


def places(image) -> NDArray[np.float64]:
    """(N, 3) LPS millimetres of every pixel, slice by slice where its own slice says."""
    pixels = np.argwhere(np.ones(image.volume.array.shape[1:3], bool))
    slices = (image.volume.slice_geometry(k) for k in range(len(image.volume.array)))
    return np.concatenate([each.point_lps(np.insert(pixels, 0, 0, axis=1)) for each in slices])


@pytest.mark.parametrize("count", [3, 60])
@pytest.mark.parametrize("image_kind", KINDS)
def test_dcmqi_reads_every_voxel_where_it_lies(make_image, tmp_path, image_kind, count):
    image = make_image(image_kind)
    mask, out = labelled(image, count), tmp_path / "out"
    out.mkdir()
    export_labelmap(mask, image.volume, image.series, tmp_path / "m.dcm", MaskFormat.SEG)
    run("segimage2itkimage", "--inputDICOM", tmp_path / "m.dcm", "--outputDirectory", out, "-t", "nrrd")
    points, seen = places(image), np.zeros(mask.array.size, np.int64)
    for n in range(count):
        read = SimpleITK.ReadImage(out / f"{n + 1}.nrrd")
        sheared = image_kind == "tilted"  # which images of ITK cannot be: compared pixel by pixel
        part = (SimpleITK.GetArrayFromImage(read).ravel() if sheared else voxels_at(read, points)) != 0
        assert not seen[part].any()
        seen[part] = n + 1
    assert np.count_nonzero(seen != mask.array.ravel()) == 0
    names = [each["SegmentLabel"] for part in json.loads((out / "meta.json").read_text())["segmentAttributes"]
             for each in part]  # fmt: skip
    assert names == [label.name for label in mask.labels]


@pytest.mark.parametrize("image_kind", ["axial", "descending", "oblique", "single"])
def test_what_dcmqi_writes_comes_without_the_loss_of_a_voxel(make_image, tmp_path, image_kind):
    image = make_image(image_kind)
    mask = labelled(image, 2)
    written = SimpleITK.GetImageFromArray(mask.array.astype(np.int16))
    geometry = mask.geometry
    written.SetSpacing(geometry.spacing_mm[::-1])
    written.SetOrigin(geometry.origin_lps)
    written.SetDirection(np.array(geometry.axes_lps[::-1]).T.ravel())
    SimpleITK.WriteImage(written, tmp_path / "mask.nrrd")
    (tmp_path / "meta.json").write_text(json.dumps(_described(["part 1", "part 2"])))
    files = ",".join(str(each) for each in sorted(image.series.files))
    run("itkimage2segimage", "--inputImageList", tmp_path / "mask.nrrd", "--inputDICOMList", files,
        "--inputMetadata", tmp_path / "meta.json", "--outputDICOM", tmp_path / "m.dcm", "--skip", 0)  # fmt: skip
    found = import_onto(tmp_path / "m.dcm", grid_of(image.volume), image.series)
    np.testing.assert_array_equal(found.labelmap.array, mask.array)
    assert [each.name for each in found.labelmap.labels] == ["part 1", "part 2"]


def _described(names: list[str]) -> dict[str, object]:
    """What dcmqi's writer must be told."""
    organ = {"CodeValue": "123037004", "CodingSchemeDesignator": "SCT", "CodeMeaning": "Anatomical Structure"}
    lung = {"CodeValue": "39607008", "CodingSchemeDesignator": "SCT", "CodeMeaning": "Lung"}
    parts = [
        {
            "labelID": n + 1, "SegmentLabel": name, "SegmentDescription": name, "SegmentAlgorithmType": "MANUAL",
            "SegmentedPropertyCategoryCodeSequence": organ, "SegmentedPropertyTypeCodeSequence": lung,
            "recommendedDisplayRGBValue": [200, 30, 90],
        }
        for n, name in enumerate(names)
    ]  # fmt: skip
    return {
        "ContentCreatorName": "Doe", "ClinicalTrialSeriesID": "1", "ClinicalTrialTimePointID": "1",
        "SeriesDescription": "Parts", "SeriesNumber": "300", "InstanceNumber": "1", "BodyPartExamined": "CHEST",
        "segmentAttributes": [parts],
    }  # fmt: skip


@pytest.mark.parametrize("image_kind", ["axial", "descending", "oblique"])
def test_a_nifti_mask_lies_where_dcm2niix_puts_the_images(
    make_image: Callable[..., object], tmp_path: Path, image_kind: str
) -> None:
    image = make_image(image_kind)
    mask, out = labelled(image, 2), tmp_path / "images"
    out.mkdir()
    run("dcm2niix", "-z", "n", "-f", "image", "-o", out, image.series.files[0].parent)
    export_labelmap(mask, image.volume, image.series, tmp_path / "m.nii", MaskFormat.NIFTI)
    theirs, ours = nibabel.load(out / "image.nii"), nibabel.load(tmp_path / "m.nii")
    points = places(image)
    for file, array in ((theirs, image.volume.array), (ours, mask.array)):
        onto = np.linalg.inv(LPS_OF_RAS @ file.affine)
        index = points @ onto[:3, :3].T + onto[:3, 3]
        assert np.abs(index - np.rint(index)).max() < 0.02
        seen = np.asarray(file.dataobj)[tuple(np.rint(index).astype(int).T)]
        assert np.count_nonzero(seen != array.ravel()) == 0
