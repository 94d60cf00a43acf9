"""``wetread annotations``: what is kept goes out, comes back, is listed and compared."""

import csv
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread

from imaging.formats.authoring.image_grid import grid_of
from imaging.formats.reading import load_volume, open_study
from imaging.formats.segmentation.exporting import export_labelmap
from imaging.formats.segmentation.importing import import_onto
from imaging.formats.segmentation.mask_format import MaskFormat
from imaging.labelmap import Label, Labelmap, Provenance
from imaging.library.revisions import Revisions
from imaging.library.store import Library

LABELS = (Label(1, "nodule", (200, 30, 90)), Label(2, "vessel"))
NOW = datetime(2026, 1, 3, tzinfo=UTC)
VOXEL_ML = 2.5 * 0.5 * 0.75 / 1000


def document(result) -> dict:
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


@pytest.fixture
def kept(tmp_path: Path, make_ct) -> tuple[Path, np.ndarray]:
    """A CT with two revisions of its mask in the library: voxels of one row, then one more."""
    folder = make_ct()
    (series,) = open_study(folder).series
    volume = load_volume(series)
    array = np.zeros(volume.array.shape, np.uint8)
    array[1, 0, :2], array[2, 1, 1] = 1, 2
    more = array.copy()
    more[1, 0, 2] = 1
    library = Library(tmp_path / "data" / "library.sqlite")
    made = Provenance("jane", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "finder", "2.0")
    first = library.save_mask(series, Labelmap(array, volume.geometry, LABELS), made)
    library.save_mask(series, Labelmap(more, volume.geometry, LABELS), made, first, "one more")
    library.close()
    return folder, more


def test_list_says_who_made_what(wetread, kept) -> None:
    found = document(wetread("annotations", "list", "--json"))
    (one,) = found["annotations"]
    assert (one["series"], one["kind"], one["modality"], len(one["files"])) == ("2.25.101", "volume", "CT", 3)
    newest, oldest = one["revisions"]
    assert (newest["base"], newest["note"], newest["author"]) == (oldest["revision"], "one more", "jane")
    assert (newest["model"], newest["model_version"]) == ("finder", "2.0")
    assert newest["time"] == "2026-01-02T03:04:05+00:00"
    assert newest["labels"][0] == {
        "value": 1, "name": "nodule", "colour": [200, 30, 90], "voxels": 3, "volume_ml": pytest.approx(3 * VOXEL_ML),
    }  # fmt: skip
    text = wetread("annotations", "list").stdout
    assert "2.25.101" in text and "jane, from finder 2.0: nodule 3 voxels, vessel 1 voxels (one more)" in text


def test_list_says_who_did_what_to_each_segment(wetread, kept, tmp_path) -> None:
    folder, array = kept
    assert wetread("annotations", "export", str(folder), str(tmp_path / "m.seg.nrrd")).exit_code == 0
    library = Library(tmp_path / "data" / "library.sqlite")
    first = library.history("2.25.101")[-1].id
    Revisions(library).mark(first, 1, "approved", Provenance("bo", datetime(2026, 1, 3, tzinfo=UTC)))
    library.close()
    number = document(wetread("annotations", "import", str(folder), str(tmp_path / "m.seg.nrrd"), "--json"))["revision"]
    more = tmp_path / "more.nii.gz"
    export_labelmap(_grown(folder, array), *_image(folder), more, MaskFormat.NIFTI)
    again = document(wetread("annotations", "import", str(folder), str(more), "--json"))["revision"]
    listed = document(wetread("annotations", "list", "--json"))["annotations"][0]["revisions"]
    done = {each["revision"]: [(one["value"], one["action"]) for one in each["done"]] for each in listed}
    assert done[first] == [(1, "approved")] and done[number] == [] and done[again] == [(1, "modified")]
    approval = listed[-1]["done"][0]
    assert (approval["author"], approval["time"]) == ("bo", "2026-01-03T00:00:00+00:00")


def _image(folder: Path):
    (series,) = open_study(folder).series
    return load_volume(series), series


def _grown(folder: Path, array: np.ndarray) -> Labelmap:
    more = array.copy()
    more[1, 1, :2] = 1
    return Labelmap(more, _image(folder)[0].geometry, LABELS)


def test_list_of_a_series_without_annotations_fails(wetread, kept) -> None:
    result = wetread("annotations", "list", "--series", "1.2.3", "--json")
    assert result.exit_code == 1 and "nothing is annotated in series 1.2.3" in json.loads(result.stdout)["error"]


@pytest.mark.parametrize("name", ["mask.dcm", "mask.seg.nrrd"])
def test_out_and_in_again_changes_no_voxel(wetread, kept, tmp_path, name) -> None:
    folder, mask = kept
    out = tmp_path / "out" / name
    exported = document(wetread("annotations", "export", folder, out, "--json"))
    assert (exported["series"], exported["revision"], exported["out"]) == ("2.25.101", 2, str(out))
    (series,) = open_study(folder).series
    np.testing.assert_array_equal(import_onto(out, grid_of(load_volume(series)), series).labelmap.array, mask)
    back = document(wetread("annotations", "import", folder, out, "--note", "from the clinic", "--json"))
    assert (back["revision"], back["base"]) == (3, 2)
    assert [(each["name"], each["voxels"]) for each in back["labels"]] == [("nodule", 3), ("vessel", 1)]
    compared = document(wetread("annotations", "diff", "2", "3", "--json"))
    assert compared["changed_voxels"] == 0
    assert [each["dice"] for each in compared["labels"]] == [1.0, 1.0]
    newest = document(wetread("annotations", "list", "--json"))["annotations"][0]["revisions"][0]
    assert newest["note"].startswith(f"from the clinic; imported from {name}")


@pytest.mark.parametrize("name", ["mask.dcm", "mask.seg.nrrd", "mask.json"])
def test_overlapping_segments_go_out_and_in_whole(wetread, kept, tmp_path, name) -> None:
    """Nodule on a row of three voxels, vessel on two of them and one more."""
    folder, more = kept
    (series,) = open_study(folder).series
    low, high = np.zeros_like(more), np.zeros_like(more)
    low[1, 0, :3], high[1, 0, 1:3], high[1, 1, 0] = 1, 2, 2
    labels = (LABELS[0], replace(LABELS[1], layer=1))
    library = Library(tmp_path / "data" / "library.sqlite")
    mask = Labelmap(low, load_volume(series).geometry, labels, further=(high,))
    library.save_mask(series, mask, Provenance("jane", datetime(2026, 1, 2, tzinfo=UTC)), 2)
    library.close()
    document(wetread("annotations", "export", folder, tmp_path / name, "--json"))
    back = document(wetread("annotations", "import", folder, tmp_path / name, "--json"))
    assert [each["voxels"] for each in back["labels"]] == [3, 3]
    compared = document(wetread("annotations", "diff", "3", "4", "--json"))
    assert compared["changed_voxels"] == 0 and [each["dice"] for each in compared["labels"]] == [1, 1]
    refused = wetread("annotations", "export", folder, tmp_path / "mask.nii.gz")
    assert refused.exit_code == 1 and "2 voxels belong to several segments" in refused.stderr


def test_an_older_revision_and_a_named_format(wetread, kept, tmp_path) -> None:
    folder, _ = kept
    out = tmp_path / "table.txt"
    document(wetread("annotations", "export", folder, out, "--format", "csv", "--revision", "1", "--json"))
    rows = list(csv.DictReader(out.read_text().splitlines()))
    assert [row["voxels"] for row in rows] == ["2", "1"]


@pytest.mark.parametrize("kind", ["png", "yolo"])
def test_folders_and_named_formats_come_back(wetread, kept, tmp_path, kind) -> None:
    folder, mask = kept
    document(wetread("annotations", "export", folder, tmp_path / "out", "--format", kind, "--json"))
    back = document(wetread("annotations", "import", folder, tmp_path / "out", "--json"))
    assert [each["voxels"] for each in back["labels"]] == [int((mask == 1).sum()), int((mask == 2).sum())]


def test_diff_by_hand(wetread, kept) -> None:
    """Two of three voxels are common: Dice 4/5. The third is 0.75 mm from the nearest: 95th percentile 0.675 mm.

    Of 18 voxels 17 agree, by chance (2 * 3 + 16 * 15) / 18 would: kappa 60/78.
    """
    found = document(wetread("annotations", "diff", "1", "2", "--json"))
    nodule, vessel = found["labels"]
    assert (found["changed_voxels"], found["changed_slices"], found["series"]) == (1, [1], "2.25.101")
    assert (nodule["voxels"], nodule["dice"]) == ([2, 3], pytest.approx(0.8))
    assert (nodule["kappa"], nodule["hd95_mm"]) == (pytest.approx(60 / 78), pytest.approx(0.675))
    assert (vessel["dice"], vessel["hd95_mm"]) == (1.0, 0.0)
    assert "95th percentiles" in found["hd95"]
    text = wetread("annotations", "diff", "1", "2").stdout
    assert "1 voxel differs in 1 slice\nnodule: Dice 0.8000, kappa 0.7692, HD95 0.67 mm, 2 and 3 voxels" in text


def test_diff_follows_a_segment_that_got_another_value_or_name(wetread, kept, tmp_path) -> None:
    folder, mask = kept
    library = Library(tmp_path / "data" / "library.sqlite")
    (series,) = open_study(folder).series
    swapped = np.array([0, 2, 1], np.uint8)[mask]
    labels = (Label(1, "artery"), Label(2, "nodule"))
    library.save_mask(series, Labelmap(swapped, load_volume(series).geometry, labels), Provenance("bo", NOW), 2)
    library.close()
    found = document(wetread("annotations", "diff", "2", "3", "--json"))
    nodule, vessel, artery = found["labels"]
    assert artery["values"] == [None, 1] and found["changed_voxels"] == 1, (
        "a voxel of the artery, which nobody can know to be the vessel"
    )
    assert (nodule["values"], nodule["names"], nodule["dice"]) == ([1, 2], ["nodule", "nodule"], 1.0)
    assert (vessel["values"], vessel["names"], vessel["voxels"]) == ([2, None], ["vessel", ""], [1, 0])


def test_a_mask_of_other_images_is_refused_and_nothing_is_kept(wetread, kept, make_ct, tmp_path) -> None:
    folder, _ = kept
    out = tmp_path / "mask.dcm"
    wetread("annotations", "export", folder, out)
    other = make_ct("other", uid="2.25.777")
    result = wetread("annotations", "import", other, out, "--json")
    assert result.exit_code == 1
    assert "it was made from other images than Axial" in json.loads(result.stdout)["error"]
    assert len(document(wetread("annotations", "list", "--json"))["annotations"]) == 1


def test_what_cannot_be_exported_says_why(wetread, kept, make_ct, tmp_path) -> None:
    folder, _ = kept
    assert (
        "which format? Give --format, one of seg, " in wetread("annotations", "export", folder, tmp_path / "a").stderr
    )
    other = make_ct("other", uid="2.25.777")
    result = wetread("annotations", "export", other, tmp_path / "m.dcm")
    assert result.exit_code == 1 and "keeps no mask of series 2.25.777" in result.stderr
    result = wetread("annotations", "export", other, tmp_path / "m.dcm", "--revision", "1")
    assert "revision 1 belongs to series 2.25.101, not to 2.25.777" in result.stderr
    assert not (tmp_path / "m.dcm").exists()


def test_a_mask_beside_its_images_does_not_stand_in_the_way(wetread, kept) -> None:
    folder, mask = kept
    document(wetread("annotations", "export", folder, folder / "mask.dcm", "--json"))
    assert dcmread(folder / "mask.dcm").Modality == "SEG"
    again = document(wetread("annotations", "import", folder, folder / "mask.dcm", "--json"))
    assert again["labels"][0]["voxels"] == int((mask == 1).sum())


def test_a_mask_of_other_voxels_needs_consent_and_says_what_was_done(wetread, kept, make_ct, tmp_path) -> None:
    """The same place in slices 1.1 mm higher: 3 voxels of nodule and one of vessel of 0.9375 µl each."""
    folder, _ = kept
    out = tmp_path / "mask.nii.gz"
    wetread("annotations", "export", folder, out)
    other = make_ct("other", uid="2.25.777", first_mm=1.1)
    refused = wetread("annotations", "import", other, out, "--json")
    assert refused.exit_code == 1
    words = json.loads(refused.stdout)["error"]
    assert "off the mask's voxels" in words and "--resample brings it onto these images" in words
    back = document(wetread("annotations", "import", other, out, "--resample", "--json"))
    done = back["resampled"]
    assert done["source"]["shape"] == done["target"]["shape"] and done["source"]["spacing_mm"][0] == pytest.approx(2.5)
    assert done["method"] == "each voxel has the label that covers most of it"
    assert [(each["name"], each["before_ml"], each["after_ml"]) for each in done["volumes"]] == [
        ("nodule", pytest.approx(3 * VOXEL_ML), pytest.approx(3 * VOXEL_ML)),
        ("vessel", pytest.approx(VOXEL_ML), pytest.approx(VOXEL_ML)),
    ]
    kept_of_other = document(wetread("annotations", "list", "--series", "2.25.777", "--json"))["annotations"][0]
    assert "resampled from another grid" in kept_of_other["revisions"][0]["note"]
    seg = tmp_path / "again.dcm"
    document(wetread("annotations", "export", other, seg, "--json"))
    assert [each.SegmentDescription.startswith("resampled from ") for each in dcmread(seg).SegmentSequence] == [
        True
    ] * 2
    text = wetread("annotations", "import", other, out, "--resample").stdout
    assert "resampled from 3 × " in text and "volumes: nodule 0.00281 ml, now 0.00281 ml" in text
