"""What is written into a journal, as bytes and back: a head as JSON, and the compressed voxels behind it."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from imagecodecs import ZstdError, zstd_decode

from imaging import classification
from imaging.classification import Answer, AnswerEdit
from imaging.editing.boxes import size_of
from imaging.errors import GeometryError
from imaging.geometry import Geometry
from imaging.history import Edit, Step
from imaging.labelmap import MOST_LAYERS, label_of
from imaging.legend import Legend, LegendEdit
from imaging.library import blobs
from imaging.mask_delta import MaskDelta
from imaging.measurement.edit import MeasurementEdit
from imaging.measurement.measurement import Measurement, packed, unpacked

Mark = Literal["undo", "redo"]


@dataclass(frozen=True)
class Beginning:
    """What the steps of a journal are changes of.

    Attributes:
        library: the address of the library, without its password.
        revision: the mask as this revision of the library has it; None for an empty one.
        deltas: what older steps, now forgotten, did to it.
    """

    library: str
    series_uid: str
    geometry: Geometry
    legend: Legend
    revision: int | None = None
    deltas: tuple[MaskDelta, ...] = ()


@dataclass(frozen=True)
class Saved:
    """The library holds the mask as it is now, as ``revision``; not ``whole``: the mask was changed since."""

    revision: int | None
    whole: bool = True


Entry = Beginning | Step | Mark | Saved


def encode(entry: Entry) -> bytes:
    """An entry as bytes. Steps hold packed mask changes, no others."""
    blob: list[bytes] = []
    match entry:
        case Beginning():
            head = _beginning_head(entry, blob)
        case Step():
            head = {"is": "step", "name": entry.name, "edits": [_edit_head(edit, blob) for edit in entry.edits]}
        case Saved():
            head = {"is": "saved", "revision": entry.revision, "whole": entry.whole}
        case mark:
            head = {"is": mark}
    text = json.dumps(head, ensure_ascii=False).encode("utf-8", "surrogatepass")  # names of files may be no Unicode
    return b"".join((len(text).to_bytes(4, "little"), text, *blob))


def decode(data: bytes) -> Entry:
    """The entry that was encoded.

    Raises:
        ValueError: these bytes are no entry.
    """
    length = int.from_bytes(data[:4], "little")
    try:
        head, blob = json.loads(data[4 : 4 + length]), data[4 + length :]
        match head["is"]:
            case "beginning":
                return _beginning(head, blob)
            case "step":
                return Step(head["name"], tuple(_edits(head["edits"], blob)))
            case "saved":
                return Saved(head["revision"], head["whole"])
            case "undo" | "redo" as mark:
                return mark
            case other:
                raise ValueError(f"an entry of kind {other!r}; expected beginning, step, saved, undo or redo")
    except (KeyError, TypeError, UnicodeDecodeError, GeometryError) as error:
        raise ValueError(f"not an entry of a journal: {error!r}") from error


def _beginning_head(entry: Beginning, blob: list[bytes]) -> dict[str, Any]:
    return {
        "is": "beginning",
        "library": entry.library,
        "series": entry.series_uid,
        "geometry": blobs.pack_geometry(entry.geometry),
        "legend": asdict(entry.legend),
        "revision": entry.revision,
        "edits": [_edit_head(delta, blob) for delta in entry.deltas],
    }


def _beginning(head: dict[str, Any], blob: bytes) -> Beginning:
    return Beginning(
        head["library"],
        head["series"],
        blobs.unpack_geometry(head["geometry"]),
        _legend(head["legend"]),
        head["revision"],
        tuple(edit for edit in _edits(head["edits"], blob) if isinstance(edit, MaskDelta)),
    )


def _edit_head(edit: Edit, blob: list[bytes]) -> dict[str, Any]:
    match edit:
        case MaskDelta():
            blob.append(edit.packed)
            box = [[ends.start, ends.stop] for ends in edit.box]
            return {"is": "runs", "name": edit.name, "box": box, "bytes": len(edit.packed), "layer": edit.layer}
        case LegendEdit():
            return {"is": "legend", "before": asdict(edit.before), "after": asdict(edit.after)}
        case MeasurementEdit():
            sides = {side: _measurement_head(getattr(edit, side)) for side in ("before", "after")}
            return {"is": "measurement", "series": edit.series_uid, **sides}
        case AnswerEdit():
            return {"is": "answer", "before": _answer_head(edit.before), "after": _answer_head(edit.after)}
        case _:
            raise TypeError(f"{type(edit).__name__}: no change that a journal knows")


def _edits(heads: Sequence[dict[str, Any]], blob: bytes) -> list[Edit]:
    found: list[Edit] = []
    offset = 0
    for head in heads:
        match head["is"]:
            case "runs" | "mask":
                found.append(_delta(head, blob[offset : offset + head["bytes"]]))
                offset += head["bytes"]
            case "legend":
                found.append(LegendEdit(_legend(head["before"]), _legend(head["after"])))
            case "measurement":
                before, after = _measurement(head["before"]), _measurement(head["after"])
                found.append(MeasurementEdit(head["series"], before, after))
            case "answer":
                found.append(AnswerEdit(_answer(head["before"]), _answer(head["after"])))
            case other:
                raise ValueError(f"a change of kind {other!r}; expected runs, mask, legend, measurement or answer")
    return found


def _delta(head: dict[str, Any], data: bytes) -> MaskDelta:
    """A change of a mask; before version 3 of the journal every voxel of its box was written."""
    k, j, i = (slice(low, high) for low, high in head["box"])
    layer = head.get("layer", 0)
    if not 0 <= layer < MOST_LAYERS:
        raise ValueError(f"a change of layer {layer}; expected 0 to {MOST_LAYERS - 1}")
    if head["is"] == "runs":
        return MaskDelta(head["name"], (k, j, i), data, layer)
    shape = size_of((k, j, i))
    try:
        voxels = np.frombuffer(zstd_decode(data, out=int(np.prod(shape))), np.uint8).reshape(shape)
    except ZstdError as error:
        raise ValueError(f"expected {shape} voxels: {error}") from error
    return MaskDelta.of(head["name"], (k, j, i), voxels, layer)


def _legend(head: dict[str, Any]) -> Legend:
    labels = tuple(label_of(one) for one in head["labels"])
    return Legend(labels, head["model"], head["model_version"])


def _measurement_head(measurement: Measurement | None) -> list[str] | None:
    return None if measurement is None else [measurement.uid, packed(measurement)]


def _measurement(head: list[str] | None) -> Measurement | None:
    return None if head is None else unpacked(*head)


def _answer_head(answer: Answer | None) -> dict[str, Any] | None:
    return None if answer is None else classification.packed(answer)


def _answer(head: dict[str, Any] | None) -> Answer | None:
    return None if head is None else classification.unpacked(head)
