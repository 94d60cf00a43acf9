"""Commands that run models: predict and models. They need no Qt."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from viewer.cli.answering import NOTICE, Failure, failures_in_words, print_json, progress, say
from viewer.cli.opening import open_path
from viewer.places import places

if TYPE_CHECKING:
    from imaging.sandbox import Sandbox
    from imaging.study import Series, Study
    from imaging.volume import Volume
    from inference.manifest import Manifest
    from inference.prediction import Prediction
    from inference.predictor import Predictor
    from inference.registry import Package
    from viewer.cli.prediction_files import Explained


class Device(StrEnum):
    """Where the network runs."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"


class Method(StrEnum):
    """Saliency methods."""

    GRADCAM = "gradcam"
    INTEGRATED_GRADIENTS = "integrated-gradients"


def register(program: typer.Typer) -> None:
    """Add predict and models."""
    program.command("predict")(predict)
    program.command("models")(models)


def models(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """List the model packages: the built-in ones and your own, broken ones with the reason."""
    with failures_in_words(as_json):
        from inference.registry import Registry

        found = [_describe(package) for package in Registry(places().model_folders).packages()]
        if as_json:
            print_json({"models": found})
        else:
            for one in found:
                typer.echo(_line(one))


def predict(
    path: Annotated[Path, typer.Argument(help="A file or folder with images.")],
    model: Annotated[str, typer.Option(metavar="NAME", help="Model, see `wetread models`; NAME@VERSION for one.")],
    out: Annotated[Path, typer.Option(help="Folder for the results.", file_okay=False)],
    device: Annotated[Device, typer.Option(help="Where to run.")] = Device.AUTO,
    saliency: Annotated[Method | None, typer.Option(help="Also say why, as a heat map.")] = None,
    target: Annotated[str | None, typer.Option(metavar="LABEL", help="Explain this label, not the likeliest.")] = None,
    slice_: Annotated[int | None, typer.Option("--slice", min=0, help="Explain this slice; first is 0.")] = None,
    series: Annotated[str | None, typer.Option(metavar="UID", help="Only this series.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Run a model on every series at PATH that it was made for.

    Writes to the folder OUT, or with several series to OUT/1, OUT/2, ...:
    prediction.json (findings, volumes, model, version, device, seconds, peak memory, names of the other files);
    the mask on the source grid: mask.nii.gz for a volume, mask.png of label values for a flat image, mask-0000.png
    and so on for the frames of a clip; and with --saliency the heat map of one slice: saliency-METHOD.nii.gz (float32,
    NaN where not explained) for a volume, saliency-METHOD.npy (values) and .png (to look at) otherwise. The slice
    is the one with the largest mask, the middle one without a mask.

    --json prints what prediction.json holds; with several series {"predictions": [...]}.
    """
    with failures_in_words(as_json):
        from imaging.sandbox import Sandbox
        from inference.registry import Registry, verify

        package = Registry(places().model_folders).find(model)
        with Sandbox() as sandbox:
            chosen = _fitting(open_path(sandbox, path), verify(package), series)
            folders = [out] if len(chosen) == 1 else [out / str(number) for number in range(1, len(chosen) + 1)]
            wish = _Wish(saliency, target, slice_)
            found = _predict_all(sandbox, package, device, dict(zip(folders, chosen, strict=True)), wish)
        if as_json:
            print_json(found[0] if len(found) == 1 else {"predictions": found})
        else:
            for folder, one in zip(folders, found, strict=True):
                typer.echo(_summary(one, folder))
        say(NOTICE)


class _Wish:
    """What of the explanation was asked for."""

    def __init__(self, method: Method | None, target: str | None, k: int | None) -> None:
        self.method, self.target, self.k = method, target, k


def _predict_all(
    sandbox: "Sandbox", package: "Package", device: Device, work: "dict[Path, Series]", wish: _Wish
) -> list[dict[str, Any]]:
    from inference.predictor import Predictor
    from viewer.cli.prediction_files import write_prediction

    predictor = Predictor(package, device.value)
    found: list[dict[str, Any]] = []
    for folder, series in work.items():
        volume = sandbox.load_volume(series, progress())
        prediction = predictor.predict(volume, progress())
        explained = _explain(predictor, volume, prediction, wish)
        found.append(write_prediction(folder, str(series.files[0]), volume, prediction, explained))
    return found


def _explain(predictor: "Predictor", volume: "Volume", prediction: "Prediction", wish: _Wish) -> "Explained | None":
    from viewer.cli.prediction_files import Explained

    if wish.method is None:
        return None
    frames = volume.geometry.shape_kji[0]
    k = _telling_slice(prediction, frames) if wish.k is None else wish.k
    if k >= frames:
        raise Failure(f"slice {k}: the series has slices 0 to {frames - 1}")
    target = wish.target or max(prediction.findings, key=lambda finding: finding.probability).label
    heat = predictor.explain(volume, wish.method.value, k, target, progress())
    return Explained(wish.method.value, heat, k)


def _telling_slice(prediction: "Prediction", frames: int) -> int:
    """The slice with the largest mask, else the middle one."""
    if prediction.mask is None or not prediction.mask.array.any():
        return frames // 2
    return int((prediction.mask.array > 0).sum(axis=(1, 2)).argmax())


def _fitting(study: "Study", manifest: "Manifest", uid: str | None) -> "list[Series]":
    """The series that the model was made for.

    Raises:
        Failure: none; says why.
    """
    from inference.registry import suits

    wanted = [one for one in study.series if uid in (None, one.uid)]
    if not wanted:
        reasons = "; ".join(f"{one.file.name}: {one.reason}" for one in study.refused[:3])
        missing = f"there is no series {uid}" if uid else "there is no image"
        raise Failure(f"{missing} in {study.path}" + (f" ({reasons})" if reasons else ""))
    problems = {one.uid: suits(manifest, one) for one in wanted}
    fitting = [one for one in wanted if problems[one.uid] is None]
    if not fitting:
        raise Failure(f"{study.path}: " + " ".join(sorted({problem for problem in problems.values() if problem})))
    return fitting


def _describe(package: "Package") -> dict[str, Any]:
    manifest = package.manifest
    if manifest is None:
        return {"name": package.folder.name, "folder": str(package.folder), "problem": package.problem}
    return {
        "name": manifest.name,
        "version": manifest.version,
        "title": manifest.title,
        "task": manifest.task,
        "modalities": list(manifest.input.modalities),
        "kinds": list(manifest.input.kinds),
        "labels": [label.name for label in manifest.labels],
        "metrics": {
            name: {"value": value, "low": low, "high": high} for name, (value, low, high) in manifest.metrics.items()
        },
        "licence": manifest.licence,
        "folder": str(package.folder),
        "problem": package.problem,
    }


def _line(found: dict[str, Any]) -> str:
    if found["problem"]:
        return f"{found['name']}: cannot be used: {found['problem']}"
    return f"{found['name']} {found['version']}  {found['title']} ({found['task']}; {', '.join(found['modalities'])})"


def _summary(found: dict[str, Any], folder: Path) -> str:
    lines = [f"{found['model']} {found['version']} on {found['device']}, {found['seconds']:.1f} s: {folder}"]
    for one in found["findings"]:
        volume_ml = found["volumes_ml"].get(one["label"])
        size = f"  {volume_ml:.1f} ml" if volume_ml is not None else ""
        lines.append(f"  {one['title']}: {one['probability']:.3f}{size}")
    return "\n".join(lines + [f"  note: {warning}" for warning in found["warnings"]])
