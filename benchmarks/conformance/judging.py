"""One file or one folder of a conformance set, opened and compared with what is expected."""

import hashlib
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, Protocol

import numpy as np

from benchmarks.conformance.index import Row
from imaging.errors import ImagingError
from imaging.study import Series, Study
from imaging.volume import Volume

Outcome = Literal["right", "refused", "document", "wrong", "no reference"]
SLOWEST_S = 10.0
PLACEMENT_MM = 0.1
_PRECISION = 2e-5
"""Relative: the index states means with six digits."""


class Reader(Protocol):
    """What opens and loads: :mod:`imaging.formats.reading` or a sandbox."""

    def open_study(self, path: Path, /) -> Study:
        """List what lies at ``path``."""
        ...

    def load_volume(self, series: Series, /) -> Volume:
        """Load one series."""
        ...


@dataclass(frozen=True)
class Verdict:
    """What became of one file or series. ``passed`` says whether that is what the set expects."""

    row: Row
    outcome: Outcome
    passed: bool
    words: str


def judge_file(row: Row, reader: Reader) -> Verdict:
    """Open one file and compare what is shown with its row. Never raises for what the file holds."""
    began = time.monotonic()
    outcome, words = _outcome(row, reader)
    seconds = time.monotonic() - began
    allowed: dict[str, tuple[Outcome, ...]] = {
        "decode": ("right",),
        "decode-or-refuse": ("right", "refused", "no reference"),
        "refuse": ("refused",),
        "non-image": ("document",),
    }
    passed = outcome in allowed.get(row.expect, ("right", "refused", "document", "no reference", "wrong"))
    if seconds > SLOWEST_S:
        return Verdict(row, outcome, False, f"took {seconds:.0f} s")
    return Verdict(row, outcome, passed, words)


def _outcome(row: Row, reader: Reader) -> tuple[Outcome, str]:
    try:
        study = reader.open_study(row.file)
        if not study.series:
            if study.documents:
                return "document", study.documents[0].name
            return "refused", "; ".join(one.reason for one in study.refused)
        volumes = [reader.load_volume(series) for series in study.series]
    except ImagingError as error:
        return "refused", str(error)
    volume = volumes[0]
    wrong = [*_wrong_values(row, _whole(volumes)), *_wrong_facts(row, study.series[0], volume)]
    if wrong:
        return "wrong", "; ".join(wrong)
    known = bool(row.values or row.rgb_mean)
    return ("right" if known else "no reference"), "; ".join(volume.warnings)


def _whole(volumes: Sequence[Volume]) -> Volume:
    """All frames of one file, whose phases and stacks are series of their own."""
    if len({volume.array.shape[1:] for volume in volumes}) != 1:
        return volumes[0]
    array = np.concatenate([volume.array for volume in volumes])
    geometry = replace(volumes[0].geometry, shape_kji=array.shape[:3])
    return replace(volumes[0], array=array, geometry=geometry, slice_geometries=())


def _wrong_values(row: Row, volume: Volume) -> list[str]:
    array = volume.array
    if row.rgb_mean and volume.is_colour:
        unit = 257.0 if row.rgb_is_16_bit and array.dtype == np.uint8 else 1.0
        found = array.reshape(-1, 3).mean(axis=0, dtype=np.float64) * unit
        allowed = max(row.tolerance, 0.51) * unit
        far = np.abs(found - row.rgb_mean).max() > allowed
        return [f"mean RGB {found.round(2).tolist()}, expected {row.rgb_mean}"] if far else []
    if not row.values:
        return []
    if row.tolerance == 0 and row.sha1 and _sha1(array) == row.sha1:
        return []
    found = (float(array.min()), float(array.max()), float(array.mean(dtype=np.float64)))
    wide = (4, 4, 1)  # single pixels of a lossy codec may differ by more than the mean
    scale = max(1.0, abs(row.values[0]), abs(row.values[1]))
    far = [
        abs(a - b) > row.tolerance * factor + _PRECISION * scale
        for a, b, factor in zip(found, row.values, wide, strict=True)
    ]
    return [f"minimum, maximum, mean {found}, expected {row.values}"] if any(far) else []


def _sha1(array: np.ndarray) -> str:
    return hashlib.sha1(array.astype("<f8").tobytes(), usedforsecurity=False).hexdigest()[:16]


def _wrong_facts(row: Row, series: Series, volume: Volume) -> list[str]:
    """Differences in place, name, overlays and regions; a spacing that is not claimed is no difference."""
    wrong: list[str] = []
    geometry = volume.slice_geometry(0)
    if row.spacing and geometry.has_position and not np.allclose(geometry.spacing_mm[1:], row.spacing, rtol=1e-4):
        wrong.append(f"spacing {geometry.spacing_mm[1:]}, expected {row.spacing}")
    if row.patient_name and series.patient.name.rstrip("^= ") != row.patient_name.rstrip("^= "):
        wrong.append(f"patient name {series.patient.name!r}, expected {row.patient_name!r}")
    counts = {int(plane.bits.sum()) for plane in volume.overlays}
    expected = {int(count) for count in re.findall(r"(\d+) px set", row.overlays)}
    if not expected <= counts:
        wrong.append(f"overlays of {sorted(counts)} pixels, expected {sorted(expected)}")
    boxes = [tuple(map(int, box.split(","))) for box in re.findall(r"\[([-\d,]+)\]", row.regions)]
    inside = [box for box in boxes if box[0] < geometry.shape_kji[2] and box[1] < geometry.shape_kji[1]]
    if len(volume.regions) != len(inside):
        wrong.append(f"{len(volume.regions)} ultrasound regions, expected {len(inside)}")
    return wrong


def judge_series(rows: list[Row], reader: Reader) -> list[Verdict]:
    """Open the folder of a geometry series: each voxel where its own file says, with its own file's values."""
    study = reader.open_study(rows[0].file.parent)
    by_file = {row.file: row for row in rows}
    verdicts = {one.file: _refused(by_file[one.file], one.reason) for one in study.refused}
    for series in study.series:
        volume = reader.load_volume(series)
        per_file = len(series.files) == volume.geometry.shape_kji[0]
        for k, file in enumerate(series.files):
            wrong = _misplaced(by_file[file], volume, k) if per_file else ["frames of several files"]
            state: Outcome = "wrong" if wrong else "right"
            verdicts[file] = Verdict(by_file[file], state, not wrong, "; ".join(wrong or volume.warnings))
    missing = [Verdict(row, "wrong", False, "not listed") for row in rows if row.file not in verdicts]
    return [*verdicts.values(), *missing]


def _refused(row: Row, reason: str) -> Verdict:
    """A file left out of every stack: right for what is no image, and for a copy of one that is there."""
    return Verdict(row, "refused", not row.values or "exact copy" in reason, reason)


def _misplaced(row: Row, volume: Volume, k: int) -> list[str]:
    wrong: list[str] = []
    own, grid = volume.slice_geometry(k), volume.geometry
    if row.position and row.orientation:
        _, rows, columns = grid.shape_kji
        corners = [(j, i) for j in (0, rows - 1) for i in (0, columns - 1)]
        across, down = np.array(row.orientation[:3]), np.array(row.orientation[3:])
        stated = [np.array(row.position) + across * row.spacing[1] * i + down * row.spacing[0] * j for j, i in corners]
        placed = grid if volume.kind == "volume" and not volume.slice_geometries else own
        first = k if placed is grid else 0
        found = placed.point_lps([(first, j, i) for j, i in corners])
        error = float(np.linalg.norm(found - np.array(stated), axis=1).max())
        if error > PLACEMENT_MM:
            wrong.append(f"{error:.2f} mm from its place")
    elif own.has_position:
        wrong.append("a place is claimed that the file does not state")
    mean = float(volume.array[k].mean(dtype=np.float64))
    if row.values and not volume.is_colour and abs(mean - row.values[2]) > _PRECISION * max(1.0, *map(abs, row.values)):
        wrong.append(f"mean {mean:g}, expected {row.values[2]:g}: the pixels of another slice")
    return wrong
