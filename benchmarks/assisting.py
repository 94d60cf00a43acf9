"""How good the help while correcting is: ``python -m benchmarks.assisting DATA``; how quick, see ``prompts``.

DATA is a folder with ``index.csv`` as training reads it; ``us-breast`` and ``ct-covid`` of it are used. A person is
imitated from the truth. Boxes: the smallest about a lesion, each side off by up to a twentieth. Corrections: a disc of
five pixels' radius in the deepest place of the largest error, never beyond it. Slices that the lesion model learnt from
are left out. Means with 95 % intervals, patients drawn with replacement.
"""

import argparse
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from imaging.editing import Region
from imaging.editing.box_prompt import box_on_axis, lesion_in_box
from imaging.editing.boxes import whole
from imaging.editing.click_prompt import lesion_at
from imaging.editing.greys import greys
from imaging.editing.interpolation import interpolate
from imaging.editing.keyframes import fill_between
from imaging.editing.lesion import lesion_about
from imaging.editing.probable_lesion import probable_lesion
from imaging.editing.refining import reach, refine
from imaging.geometry import Geometry
from imaging.phantom import clip
from imaging.volume import Volume
from inference.predictor import Predictor
from inference.probability import ProbabilityMap
from inference.registry import Registry
from training.config import read_config
from training.design import collect, design_of
from training.examples import Example
from training.index import read_index
from training.metrics import Values, bootstrap, mean_rows, overlap
from training.split import split_groups

ROOT = Path(__file__).parents[1]
MODEL = "ct-covid-lesions"
SLIP = 0.05
SMALLEST_PX = 150
STROKE_PX = 5
CORRECTIONS = 3
Inside = NDArray[np.bool_]
Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class Judged:
    """What was measured of one lesion or slice, and whose it is."""

    group: str
    values: Values


def main() -> int:
    """The exit status; a line for each figure goes to stdout."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.assisting", description=__doc__)
    parser.add_argument("data", type=Path, help="folder with index.csv")
    index = parser.parse_args().data / "index.csv"
    if not index.is_file():
        parser.error(f"{index} is not there")
    _say("Box and click on breast ultrasound, greys alone (no model here reads it)", _ultrasound(index))
    boxes, refined = _tomography(index)
    _say("Box on CT lesions of held-out slices", boxes)
    _say("Refining on held-out CT slices", refined)
    _list("Keyframes on the phantom's clip, Dice", _keyframes())
    return 0


def _list(title: str, judged: Iterable[Judged]) -> None:
    """Single figures, nothing to average."""
    print(title)
    for each in judged:
        for name, value in each.values.items():
            print(f"  {name:56} {value:.3f}", flush=True)


def _say(title: str, judged: Iterable[Judged]) -> None:
    rows = list(judged)
    print(f"{title}: {len(rows)} of {len({row.group for row in rows})}", flush=True)
    if not rows:
        return
    found = bootstrap(lambda chosen: mean_rows([rows[number].values for number in chosen]), [row.group for row in rows])
    for name, each in found.items():
        print(f"  {name:40} {each.value:.3f}  ({each.low:.3f} to {each.high:.3f})", flush=True)


def _dice(one: Inside, other: Inside) -> float:
    return overlap(one, other)["dice"]


def _ultrasound(index: Path) -> Iterable[Judged]:
    rng = np.random.default_rng(0)
    for example in read_index(index, "us-breast", "segmentation", ()).examples:
        truth = _truth(example)
        if truth.any():
            volume = example.load()
            yield Judged(
                example.group,
                {
                    **_boxed(volume, truth, _box(truth, rng), {"alone": None}),
                    **_clicked(volume, truth),
                },
            )


def _clicked(volume: Volume, truth: Inside) -> Values:
    """Dice of what a click in the deepest place of a lesion finds, by contrast and by likeness."""
    seed = (0, *_deepest(truth))
    grey = greys(volume.array, whole(volume.geometry.shape_kji))
    start = time.perf_counter()
    region = lesion_at(volume.array, seed, volume.geometry)
    seconds = time.perf_counter() - start
    alike = lesion_about(grey, seed, volume.geometry)
    return {
        "Dice of a click, by contrast": _dice(_drawn(region, volume.geometry.shape_kji)[0], truth),
        "Dice of a click, by likeness": _dice(_drawn(alike, volume.geometry.shape_kji)[0], truth),
        "seconds of a click, by contrast": seconds,
    }


def _deepest(inside: Inside) -> tuple[int, int]:
    depth = np.asarray(ndimage.distance_transform_edt(np.pad(inside, 1)))[1:-1, 1:-1]
    row, column = np.unravel_index(int(depth.argmax()), depth.shape)
    return int(row), int(column)


def _truth(example: Example) -> Inside:
    assert example.load_mask is not None
    return example.load_mask() != 0


def _box(inside: Inside, rng: np.random.Generator) -> Box:
    """First and last row, first and last column, as a person would draw them."""
    rows, columns = (np.flatnonzero(inside.any(axis=axis)) for axis in (1, 0))
    slips = rng.uniform(-SLIP, SLIP, 4) * np.repeat((len(rows), len(columns)), 2)
    top, bottom, left, right = np.round(np.array([rows[0], rows[-1], columns[0], columns[-1]]) + slips).astype(int)
    height, width = inside.shape
    return max(0, int(top)), min(height - 1, int(bottom)), max(0, int(left)), min(width - 1, int(right))


def _boxed(volume: Volume, truth: Inside, box: Box, hints: dict[str, ProbabilityMap | None]) -> Values:
    """Dice of the ellipse in the box, and of what a box finds with each hint; seconds of the last one."""
    top, bottom, left, right = box
    corners = ((top - 0.5, left - 0.5), (bottom + 0.5, right + 0.5))
    prompt = box_on_axis(volume.geometry, 0, 0, corners, deep=False)
    around = prompt.around(volume.array.shape)
    assert around is not None
    places = prompt.places(whole(volume.geometry.shape_kji))[1:, 0]
    found: Values = {"Dice of the ellipse in the box": _dice((places**2).sum(axis=0) <= 1, truth)}
    for name, maps in hints.items():
        start = time.perf_counter()
        hint = None if maps is None else maps.any_within(around)
        region = lesion_in_box(volume.array, volume.geometry, prompt, hint)
        found[f"Dice of the box, {name}"] = _dice(_drawn(region, volume.geometry.shape_kji)[0], truth)
        found["seconds"] = time.perf_counter() - start
    return found


def _drawn(region: Region | None, shape: tuple[int, int, int]) -> Inside:
    inside = np.zeros(shape, np.bool_)
    if region is not None:
        inside[region.box] = region.inside
    return inside


def _tomography(index: Path) -> tuple[list[Judged], list[Judged]]:
    """Boxes about each lesion, and refining of each slice, of the model's held-out patients."""
    config = read_config(ROOT / "training" / "recipes" / f"{MODEL}.toml", index)
    collection = collect(config, design_of(config))
    split = split_groups([(each.group, each.label) for each in collection.examples], config.split)
    package = Registry([ROOT / "resources" / "models"]).find(MODEL)
    if package.manifest is None or package.manifest.lineage.split != split.digest:
        print(f"{MODEL} was trained on another split than {split.digest}: its held-out slices are not known")
        return [], []
    predictor = Predictor(package, "cpu")
    rng, boxes, refined = np.random.default_rng(0), list[Judged](), list[Judged]()
    for example in (each for each in collection.examples if each.group in split.test):
        volume, truth = example.load(), _truth(example)
        prediction = predictor.predict(volume, probabilities=True)
        assert prediction.probabilities is not None and prediction.mask is not None
        maps, mask = prediction.probabilities, prediction.mask.array != 0
        for lesion in _pieces(truth):
            box = _box(lesion, rng)
            values = _boxed(volume, lesion, box, {"alone": None, "with the model": maps})
            cut = np.zeros_like(lesion)
            cut[box[0] : box[1] + 1, box[2] : box[3] + 1] = True
            values["Dice of the model's own mask in the box"] = _dice(mask[0] & cut, lesion)
            values |= _clicked_with(volume, lesion, mask, maps)
            boxes.append(Judged(example.group, values))
        refined.append(Judged(example.group, _corrected(volume, truth, mask, maps)))
    return boxes, refined


def _clicked_with(volume: Volume, lesion: Inside, mask: Inside, maps: ProbabilityMap) -> Values:
    """Dice of what a click in the deepest place of a lesion finds, with the model's mask and with its probabilities."""
    row, column = _deepest(lesion)
    seed, shape = (0, int(row), int(column)), volume.geometry.shape_kji
    alike = lesion_about(greys(volume.array, whole(shape)), seed, volume.geometry, mask)
    walked = probable_lesion(volume.array, seed, volume.geometry, maps.any_within, flat=True)
    return {
        "Dice of a click, by likeness and the model's mask": _dice(_drawn(alike, shape)[0], lesion),
        "Dice of a click, by the model's probabilities": _dice(_drawn(walked or alike, shape)[0], lesion),
    }


def _pieces(truth: Inside) -> Iterable[Inside]:
    pieces = np.zeros(truth.shape, np.int32)
    ndimage.label(truth, output=pieces)
    for number in range(1, int(pieces.max()) + 1):
        if np.count_nonzero(pieces == number) >= SMALLEST_PX:
            yield pieces == number


def _corrected(volume: Volume, truth: Inside, mask: Inside, maps: ProbabilityMap) -> Values:
    """Dice before, after each correction with refining, and after as many strokes alone."""
    refined, alone = mask.astype(np.uint8), mask.copy()
    hand, seconds = np.zeros(mask.shape, np.bool_), list[float]()
    found: Values = {"Dice of the model": _dice(mask[0], truth)}
    box = whole(mask.shape)
    for number in range(1, CORRECTIONS + 1):
        stroke = _stroke((refined[0] != 0) != truth)[None]
        refined[stroke] = truth[None][stroke]
        hand |= stroke
        fresh = Region(box, stroke).tight()
        if fresh is not None:
            start = time.perf_counter()
            part = reach(fresh, volume.geometry)
            refined[part] = refine(
                refined, 1, Region(box, hand), part, greys(volume.array, part), maps.any_within(part), volume.geometry
            )
            seconds.append(time.perf_counter() - start)
        plain = _stroke(alone[0] != truth)[None]
        alone[plain] = truth[None][plain]
        found[f"Dice after {number}, refined"] = _dice(refined[0] != 0, truth)
        found[f"Dice after {number}, strokes alone"] = _dice(alone[0], truth)
    found["seconds of a refinement"] = float(np.mean(seconds))
    return found


def _stroke(wrong: Inside) -> Inside:
    """A disc in the deepest place of the largest error, as far as it is wrong there."""
    pieces = np.zeros(wrong.shape, np.int32)
    ndimage.label(wrong, output=pieces)
    if not pieces.any():
        return np.zeros_like(wrong)
    largest = pieces == int(np.bincount(pieces.ravel())[1:].argmax()) + 1
    row, column = _deepest(largest)
    rows, columns = np.ogrid[: wrong.shape[0], : wrong.shape[1]]
    return largest & ((rows - row) ** 2 + (columns - column) ** 2 <= STROKE_PX**2)


def _keyframes() -> Iterable[Judged]:
    """Frames of the phantom's clip, whose movement is known, with a keyframe every so often."""
    phantom = clip()
    for label, name in ((1, "pleural line"), (2, "B-lines")):
        truth = (phantom.mask == label).astype(np.uint8)
        for apart in (5, 10, 20):
            yield Judged(name, {f"{name}, {apart} apart: {what}": value for what, value in _filled(
                truth, phantom.array, list(range(0, len(truth), apart))).items()})  # fmt: skip


def _filled(truth: NDArray[np.uint8], image: NDArray[np.uint8], keys: list[int]) -> Values:
    """Mean Dice over the frames between keyframes, the picture followed or not, and frames per second."""
    mask = np.zeros_like(truth)
    mask[keys] = truth[keys]
    between = [k for k in range(keys[-1]) if k not in keys]
    start = time.perf_counter()
    found = fill_between(mask, 1, image, keys)
    rate = len(between) / (time.perf_counter() - start)
    assert found is not None
    moved = mask.copy()
    moved[found[0]] = found[1]
    still = _drawn(interpolate(mask, 1, Geometry(truth.shape)), truth.shape)
    return {
        "followed": float(np.mean([_dice(moved[k] != 0, truth[k] != 0) for k in between])),
        "shapes alone": float(np.mean([_dice(still[k], truth[k] != 0) for k in between])),
        "frames per second": rate,
    }


if __name__ == "__main__":
    sys.exit(main())
