"""What a prediction leaves on disk: prediction.json, the mask on the source grid, the heat map."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.formats import nifti, raster
from imaging.intensity import Voi, default_voi, to_grey
from imaging.labelmap import Labelmap
from imaging.saving import replacing, write_bytes
from imaging.volume import Volume
from inference.prediction import HeatMap, Prediction
from viewer.cli.answering import NOTICE

RED, BLUE = (255, 60, 40), (60, 120, 255)
STRONGEST = 0.65
"""Share of colour over the image where the heat map is at its limit."""


@dataclass(frozen=True)
class Explained:
    """A heat map of slice ``k``; ``method`` as it was asked for."""

    method: str
    heat: HeatMap
    k: int


def write_prediction(
    out: Path, source: str, volume: Volume, prediction: Prediction, explained: Explained | None = None
) -> dict[str, Any]:
    """The content of ``prediction.json``, written to ``out`` last, after the files that it names.

    Args:
        out: folder.
        source: the path that was predicted.
        volume: what was predicted.
        prediction: what the model said.
        explained: why it said so; or None.

    Raises:
        SaveError: a file cannot be written.
    """
    document: dict[str, Any] = {"path": source, **prediction.summary(), "mask": [], "saliency": None, "notice": NOTICE}
    if prediction.mask is not None:
        document["mask"] = _write_mask(out, prediction.mask, volume)
        document["mask_labels"] = {str(label.value): label.name for label in prediction.mask.labels}
    if explained is not None:
        document["saliency"] = _write_heat(out, explained, volume)
    write_bytes(out / "prediction.json", json.dumps(document, indent=1, ensure_ascii=False).encode())
    return document


def overlay(plane: NDArray[np.uint8], values: NDArray[np.float32], limit: float) -> NDArray[np.uint8]:
    """(J, I, 3) uint8: red over the grey image where values speak for the target, blue against; NaN is clear."""
    picture = plane if plane.ndim == 3 else np.repeat(plane[..., None], 3, axis=-1)
    strength = np.clip(np.nan_to_num(np.abs(values)) / limit, 0, 1)[..., None] * STRONGEST
    colour = np.where(values[..., None] < 0, BLUE, RED)
    return np.rint(picture * (1 - strength) + colour * strength).astype(np.uint8)


def _is_grid(volume: Volume) -> bool:
    return volume.kind == "volume" and not volume.slice_geometries


def _write_mask(out: Path, mask: Labelmap, volume: Volume) -> list[str]:
    """NIfTI for a volume; for images and clips a PNG of label values per frame."""
    if _is_grid(volume):
        nifti.write(out / "mask.nii.gz", mask.array, mask.geometry)
        return ["mask.nii.gz"]
    count = len(mask.array)
    names = ["mask.png"] if count == 1 else [f"mask-{k:04d}.png" for k in range(count)]
    for name, plane in zip(names, mask.array, strict=True):
        raster.write_png(out / name, plane)
    return names


def _write_heat(out: Path, explained: Explained, volume: Volume) -> dict[str, Any]:
    """NIfTI float32 for a volume, NaN where not explained; for images the values as NPY and a PNG to look at."""
    heat, k, name = explained.heat, explained.k, f"saliency-{explained.method}"
    if _is_grid(volume):
        files = [f"{name}.nii.gz"]
        nifti.write(out / files[0], heat.array, volume.geometry)
    else:
        files = [f"{name}.npy", f"{name}.png"]
        _write_values(out / files[0], heat.array[k])
        raster.write_png(out / files[1], overlay(_picture(volume, k), heat.array[k], heat.limit))
    return {
        "method": explained.method,
        "layer": heat.layer,
        "target": heat.target,
        "slice": k,
        "limit": heat.limit,
        "signed": heat.signed,
        "files": files,
    }


def _write_values(path: Path, values: NDArray[np.float32]) -> None:
    with replacing(path) as temporary, temporary.open("wb") as file:
        np.save(file, values, allow_pickle=False)


def _picture(volume: Volume, k: int) -> NDArray[np.uint8]:
    plane = volume.plane(k)
    return plane if volume.is_colour else to_grey(plane, _voi(volume, k), volume.inverted, volume.padding_at(k))


def _voi(volume: Volume, k: int) -> Voi:
    return volume.slice_windows[k] if volume.slice_windows else default_voi(volume)
