"""Annotations as JSON-ready values, and as text."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from imaging.annotation import MaskRevision
from imaging.comparison import HD95, compare
from imaging.formats.segmentation.imported import Resampling
from imaging.labelmap import Labelmap, Provenance
from imaging.library.revisions import Attribution


def revision_facts(revision: MaskRevision, kind: str, done: Sequence[Attribution]) -> dict[str, Any]:
    """One revision of a mask of a series of this kind, and what was done to its segments."""
    made = revision.provenance
    return {
        "revision": revision.id,
        "base": revision.base,
        "author": made.author,
        "time": made.time.isoformat(),
        "model": made.model,
        "model_version": made.model_version,
        "note": revision.note,
        "labels": label_facts(revision.labelmap, kind),
        "done": [
            {
                "value": each.value,
                "action": each.action,
                "author": each.provenance.author,
                "time": each.provenance.time.isoformat(),
                "model": each.provenance.model,
                "model_version": each.provenance.model_version,
            }
            for each in done
            if each.revision == revision.id
        ],
    }


def label_facts(labelmap: Labelmap, kind: str) -> list[dict[str, Any]]:
    """Value, name, colour, voxels and millilitres of each label; these only of an even grid."""
    voxel_ml = labelmap.geometry.voxel_ml if kind == "volume" else None
    counts = labelmap.counts()
    return [
        {
            "value": each.value,
            "name": each.name,
            "colour": list(each.colour),
            "voxels": counts[each.value],
            "volume_ml": None if voxel_ml is None else counts[each.value] * voxel_ml,
        }
        for each in labelmap.labels
    ]


def comparison_facts(one: MaskRevision, other: MaskRevision, kind: str, common: MaskRevision | None) -> dict[str, Any]:
    """Two revisions compared.

    Args:
        common: the newest that both descend from.

    Raises:
        GeometryError: they lie on different grids.
        ValueError: both have more than 255 segments together.
    """
    labels = common.labelmap.labels if common else ()
    found = compare(_on_its_grid(one.labelmap, kind), _on_its_grid(other.labelmap, kind), labels)
    return {
        "revisions": [one.id, other.id],
        "series": one.series_uid,
        "changed_voxels": found.changed_voxels,
        "changed_slices": list(found.changed_slices),
        "hd95": HD95,
        "labels": [
            {
                "value": each.value,
                "name": each.name,
                "values": list(each.values),
                "names": list(each.names),
                "voxels": list(each.voxels),
                "dice": each.dice,
                "kappa": each.kappa,
                "hd95_mm": each.hd95_mm,
            }
            for each in found.labels
        ],
    }


def comparison_text(document: dict[str, Any]) -> str:
    """A comparison in lines for a person."""
    voxels, slices = document["changed_voxels"], len(document["changed_slices"])
    differ = "1 voxel differs" if voxels == 1 else f"{voxels} voxels differ"
    lines = [f"{differ} in {slices} slice{'' if slices == 1 else 's'}"]
    for each in document["labels"]:
        dice = "not defined" if each["dice"] is None else f"{each['dice']:.4f}"
        kappa = "not defined" if each["kappa"] is None else f"{each['kappa']:.4f}"
        distance = "not known" if each["hd95_mm"] is None else f"{each['hd95_mm']:.2f} mm"
        renamed = all(each["names"]) and each["names"][0] != each["names"][1]
        name = " → ".join(each["names"]) if renamed else each["name"]
        voxels = f"{each['voxels'][0]} and {each['voxels'][1]} voxels"
        lines.append(f"{name}: Dice {dice}, kappa {kappa}, HD95 {distance}, {voxels}")
    return "\n".join((*lines, f"HD95: {document['hd95']}"))


def resampling_facts(done: Resampling | None) -> dict[str, Any] | None:
    """How a mask came onto its images' grid; None where it lay there already."""
    if done is None:
        return None
    return {
        "source": {"shape": list(done.source_shape_kji), "spacing_mm": list(done.source_spacing_mm)},
        "target": {"shape": list(done.target_shape_kji), "spacing_mm": list(done.target_spacing_mm)},
        "method": done.method,
        "volumes": [asdict(each) for each in done.volumes],
    }


def revision_text(facts: dict[str, Any]) -> str:
    """A revision in one line."""
    model = f", from {facts['model']} {facts['model_version']}".rstrip() if facts["model"] else ""
    labels = ", ".join(f"{each['name']} {each['voxels']} voxels" for each in facts["labels"])
    note = f" ({facts['note']})" if facts["note"] else ""
    return f"{facts['revision']}  {facts['time'][:19]}  {facts['author']}{model}: {labels or 'no label'}{note}"


def maker(made: Provenance | None) -> str:
    """Who made an imported mask and when, as far as its file says."""
    if made is None:
        return ""
    when = f" on {made.time:%Y-%m-%d}" if made.time.year > 1 else ""
    return f", made by {made.author}{when}"


def _on_its_grid(labelmap: Labelmap, kind: str) -> Labelmap:
    """The mask, told whether its slices lie evenly: those of a volume do, and the library keeps no other places."""
    return labelmap if kind == "volume" else replace(labelmap, slice_spacing_known=False)
