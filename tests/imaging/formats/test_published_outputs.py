"""Our grids against what dcm2niix wrote for the same series, as the conformance set publishes it."""

import csv
import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imaging.formats.reading import open_study
from imaging.geometry import Geometry

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "conformance"
_RIGHT_MM = 0.01
_LPS_OF_RAS = np.array([-1.0, -1.0, 1.0])


def _published() -> list[tuple[str, dict[str, Any]]]:
    """Series and NIfTI headers where dcm2niix was found right to 0.01 mm against every slice's own place."""
    if not FOLDER.is_dir():
        return []
    with (FOLDER / "index.csv").open(newline="", encoding="utf-8") as file:
        summaries = [row for row in csv.DictReader(file) if row["kind"] == "series-summary"]
    found: list[tuple[str, dict[str, Any]]] = []
    whole = [row for row in summaries if row["remark"].endswith("}")]  # the set cuts long remarks off
    for row in whole:
        for image in json.loads(row["remark"])["niix"]:
            if image.get("max_err_mm", 1) <= _RIGHT_MM and len(image["dim"]) >= 3:
                found.append((row["file"], image))
    return found


def _corners_lps(image: dict[str, Any]) -> np.ndarray:
    affine, dim = np.array(image["affine"]), image["dim"][:3]
    ends = np.array(list(itertools.product(*((0, count - 1) for count in dim))))
    return (ends @ affine[:, :3].T + affine[:, 3]) * _LPS_OF_RAS


def _distance(points: np.ndarray, geometry: Geometry) -> float:
    """The largest distance from a point to the nearest corner of the grid."""
    gaps = np.linalg.norm(points[:, None] - geometry.corners_lps[None], axis=2)
    return float(gaps.min(axis=1).max())


@pytest.mark.skipif(not FOLDER.is_dir(), reason="no ../shared/conformance beside this checkout")
@pytest.mark.parametrize(("name", "image"), _published(), ids=lambda each: each if isinstance(each, str) else "")
def test_a_grid_that_dcm2niix_gets_right_is_ours_too(name: str, image: dict[str, Any]) -> None:
    shape = tuple(image["dim"][2::-1])
    geometries = [
        one.geometry for one in open_study(FOLDER / name).series if one.kind == "volume" and one.shape_kji == shape
    ]
    corners = _corners_lps(image)
    distances = [_distance(corners, geometry) for geometry in geometries if geometry is not None]
    assert distances, f"no volume of {shape}"
    assert min(distances) <= 0.1, "the published affine is rounded to four digits"


@pytest.mark.skipif(not FOLDER.is_dir(), reason="no ../shared/conformance beside this checkout")
def test_there_is_something_to_compare() -> None:
    assert len(_published()) >= 3
