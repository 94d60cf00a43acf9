"""What became of each file of a folder, whichever series it ended up in."""

from collections import defaultdict
from typing import Any

Facts = dict[str, Any]


def by_file(document: Facts) -> list[Facts]:
    """One entry per file, in order of name: shown, listed as a document, or refused with the reason.

    The frames of one file may lie in several series (phases, directions): its values are over all of them.
    """
    parts: dict[str, list[Facts]] = defaultdict(list)
    series: dict[str, list[str]] = defaultdict(list)
    names: dict[str, str] = {}
    for one in document["series"]:
        for file in one["files"]:
            series[file].append(one["uid"])
            names[file] = one["patient_name"]
        for part in one["values_by_file"]:
            parts[part["file"]].append(part)
    found = [
        {"file": file, "outcome": "image", "patient_name": names[file], "series": uids, **_together(parts[file])}
        for file, uids in series.items()
    ]
    # A segmentation is an image and a document: its file is told once.
    found += [_told(one, "document", "name") for one in document["documents"] if one["file"] not in series]
    found += [_told(one, "refused", "reason") for one in document["refused"] if one["file"] not in series]
    return sorted(found, key=lambda one: str(one["file"]))


def _told(one: Facts, outcome: str, why: str) -> Facts:
    name = one.get("patient_name", "")
    return {"file": one["file"], "outcome": outcome, "patient_name": name, why: one[why]}


def _together(parts: list[Facts]) -> Facts:
    """Minimum, maximum and mean over the parts of one file; empty where its slices cannot be told from others'."""
    told = [part for part in parts if part["count"]]
    if not told:
        return {}
    frames = sum(part["frames"] for part in told)
    return {
        "frames": frames,
        "dtype": told[0]["dtype"],
        "min": min(part["min"] for part in told),
        "max": max(part["max"] for part in told),
        "mean": sum(part["mean"] * part["count"] for part in told) / sum(part["count"] for part in told),
        "rgb_mean": _mean_colour(told, frames),
        **{name: told[0][name] for name in ("position_lps", "orientation", "spacing_row_col_mm")},
    }


def _mean_colour(parts: list[Facts], frames: int) -> list[float] | None:
    if any(part["rgb_mean"] is None for part in parts):
        return None
    return [sum(part["rgb_mean"][channel] * part["frames"] for part in parts) / frames for channel in range(3)]
