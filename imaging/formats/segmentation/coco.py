"""Masks as COCO annotations (cocodataset.org, format of data): one JSON file, run lengths for label and slice."""

import json
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from imaging import saving
from imaging.errors import ReadError
from imaging.formats.authoring.source import Source
from imaging.formats.segmentation.imported import ImportedMask
from imaging.formats.segmentation.laying import mask_of
from imaging.formats.segmentation.painting import Painting
from imaging.formats.segmentation.polygons import filled
from imaging.labelmap import PALETTE, Label, Labelmap
from imaging.progress import Report, silent

_MOST_BYTES = 1 << 29
_PARSE_ERRORS = (KeyError, TypeError, ValueError, IndexError, AttributeError, RecursionError, OverflowError)


def write_coco(labelmap: Labelmap, source: Source, path: Path, report: Report = silent) -> None:
    """Write images, categories and one annotation for every label on every slice; a category's id is its value.

    Raises:
        Cancelled: by ``report``, told of every slice of every label; nothing was written.
        SaveError: the file cannot be written.
    """
    document = {
        "info": {"description": f"Masks of {source.name}"},
        "images": [_image(source, k) for k in range(len(labelmap.array))],
        "categories": [
            {"id": each.value, "name": each.name, "supercategory": "", "color": list(each.colour)}
            for each in labelmap.labels
        ],
        "annotations": _annotations(labelmap, report),
    }
    saving.write_bytes(path, json.dumps(document, ensure_ascii=False).encode())


def _image(source: Source, k: int) -> dict[str, Any]:
    _, rows, columns = source.grid.geometry.shape_kji
    image: dict[str, Any] = {"id": k + 1, "file_name": f"{k:04d}.png", "width": columns, "height": rows}
    if source.instances:
        image |= {"sop_instance_uid": source.instances[k].uid, "frame_number": source.instances[k].frame}
    return image


def _annotations(labelmap: Labelmap, report: Report) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for n, each in enumerate(labelmap.labels):
        marked = labelmap.inside(each.value)
        for k in np.flatnonzero(marked.any(axis=(1, 2))).tolist():
            report(n, len(labelmap.labels), f"Writing {each.name}, slice {k + 1}")
            found.append({"id": len(found) + 1, "image_id": k + 1, "category_id": each.value, **_region(marked[k])})
    return found


def _region(marked: NDArray[np.bool_]) -> dict[str, Any]:
    rows, columns = np.flatnonzero(marked.any(axis=1)), np.flatnonzero(marked.any(axis=0))
    box = [columns[0], rows[0], columns[-1] - columns[0] + 1, rows[-1] - rows[0] + 1]
    return {
        "segmentation": {"size": list(marked.shape), "counts": _counts(marked)},
        "area": int(np.count_nonzero(marked)),
        "bbox": [int(each) for each in box],
        "iscrowd": 1,
    }


def _counts(marked: NDArray[np.bool_]) -> list[int]:
    """Lengths of runs down the columns, unmarked first."""
    flat = marked.T.reshape(-1)
    ends = np.flatnonzero(np.diff(flat)) + 1
    runs = np.diff(np.concatenate([[0], ends, [flat.size]]))
    return [int(each) for each in (np.concatenate([[0], runs]) if flat[0] else runs)]


def read_coco(path: Path, source: Source) -> ImportedMask:
    """The annotations of a file on the grid of an image: run lengths, also compressed, or polygons.

    Images are matched by their SOP Instance UID where the file has it, else by their order.

    Raises:
        ReadError: damaged, or images of another number or size.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ReadError(path, f"larger than {_MOST_BYTES >> 20} MiB: refused")
        document = json.loads(path.read_bytes())
        return _read(path, document, source)
    except OSError as error:
        raise ReadError(path, error.strerror or str(error)) from error
    except _PARSE_ERRORS as error:
        raise ReadError(path, f"no COCO annotations: {type(error).__name__}: {error}") from error


def _read(path: Path, document: dict[str, Any], source: Source) -> ImportedMask:
    labels = tuple(_label(each) for each in document["categories"])
    slices = _slices(path, document["images"], source)
    painting, bare = Painting(source.grid.geometry.shape_kji), 0
    for each in sorted(document["annotations"], key=lambda one: (one["category_id"], one["id"])):
        if each["category_id"] not in {label.value for label in labels}:
            raise ReadError(path, f"annotation {each['id']} has category {each['category_id']}, which is not listed")
        region = each.get("segmentation") or []
        bare += not region
        marked = _marked(region, source.grid.geometry.shape_kji[1:])
        painting.add(slices[each["image_id"]], marked, each["category_id"])
    said = (f"{bare} annotations without an outline, such as boxes, were left out",) if bare else ()
    return mask_of(path, painting.layers, source.grid, painting.placed(labels), warnings=said)


def _label(category: dict[str, Any]) -> Label:
    value = category["id"]
    if type(value) is not int or not 0 < value < 256:
        raise ValueError(f"category {value}: a mask holds 1 to 255")
    colour = category.get("color")
    if not isinstance(colour, list) or len(cast("list[object]", colour)) != 3:
        return Label(value, str(category["name"]), PALETTE[(value - 1) % len(PALETTE)])
    red, green, blue = (int(each) & 255 for each in cast("list[int]", colour))
    return Label(value, str(category["name"]), (red, green, blue))


def _slices(path: Path, images: list[dict[str, Any]], source: Source) -> dict[int, int]:
    """The slice of each image id."""
    count, rows, columns = source.grid.geometry.shape_kji
    wrong = next((each for each in images if (each["height"], each["width"]) != (rows, columns)), None)
    if wrong is not None:
        found = f"{wrong['height']} × {wrong['width']} pixels"
        raise ReadError(
            path, f"image {wrong['file_name']} has {found}, expected the {rows} × {columns} of {source.name}"
        )
    known = {(each.uid, each.frame): k for k, each in enumerate(source.instances)}
    named = [(str(each.get("sop_instance_uid") or ""), int(each.get("frame_number", 1))) for each in images]
    if known and all(uid for uid, _ in named):
        strange = next((each for each in named if each not in known), None)
        if strange is not None:
            raise ReadError(path, f"made from image {strange[0]}, which is not in {source.name}")
        return {each["id"]: known[name] for each, name in zip(images, named, strict=True)}
    if len(images) != count:
        raise ReadError(path, f"found {len(images)} images, expected the {count} slices of {source.name}")
    return {each["id"]: k for k, each in enumerate(images)}


def _marked(region: Any, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """(J, I) of a segmentation in any of COCO's forms; a pixel belongs to a polygon that encloses its centre."""
    if isinstance(region, list):
        marked = np.zeros(shape, np.bool_)
        for flat in cast("list[list[float]]", region):
            # COCO counts from the outer edge of the first pixel.
            marked |= filled(np.array(flat, float).reshape(-1, 2)[:, ::-1] - 0.5, shape)
        return marked
    counts = region["counts"]
    if tuple(region["size"]) != shape:
        raise ValueError(f"runs for {region['size']} pixels, expected {shape}")
    runs = _uncompressed(counts) if isinstance(counts, str) else counts
    if any(each < 0 for each in runs) or sum(runs) != shape[0] * shape[1]:
        raise ValueError(f"runs of {sum(runs)} pixels, expected {shape[0] * shape[1]}")
    flat = np.repeat(np.arange(len(runs)) % 2 == 1, runs)
    return flat.reshape(shape[::-1]).T


def _uncompressed(text: str) -> list[int]:
    """Run lengths from COCO's text: six bits a character, from the fourth run on the difference to that two before."""
    runs: list[int] = []
    at = 0
    while at < len(text):
        value = shift = 0
        more = True
        while more:
            bits = ord(text[at]) - 48
            value |= (bits & 31) << shift
            more, at, shift = bool(bits & 32), at + 1, shift + 5
            if not more and bits & 16:
                value |= -1 << shift
        runs.append(value + runs[-2] if len(runs) > 2 else value)
    return runs
