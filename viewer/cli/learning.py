"""Commands that learn and judge: train and evaluate. They need no Qt."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from viewer.cli.answering import NOTICE, failures_in_words, print_json, progress, say
from viewer.places import places

if TYPE_CHECKING:
    from collections.abc import Mapping


def register(program: typer.Typer) -> None:
    """Add train and evaluate."""
    program.command("train")(train)
    program.command("evaluate")(evaluate)


def train(
    config: Annotated[Path, typer.Argument(metavar="CONFIG.toml", help="What to train, on which data.")],
    out: Annotated[Path, typer.Option(help="Folder of the run: split, curves, report.", file_okay=False)],
    index: Annotated[Path | None, typer.Option(help="Image index (CSV) instead of the configuration's.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Train a model on an image index or on saved annotations, judge it on held-out patients, release it.

    --json prints {"package", "model", "version", "task", "metrics": {NAME: {"value", "low", "high"}}}.
    """
    with failures_in_words(as_json):
        from training.config import read_config

        wanted = read_config(config, index)
        from inference.manifest import read_manifest
        from training.loop import train as run

        folder = run(wanted, out, progress(), _say_metrics)
        manifest = read_manifest(folder)
        metrics = {
            name: dict(zip(("value", "low", "high"), ends, strict=True)) for name, ends in manifest.metrics.items()
        }
        document = {
            "package": str(folder),
            "model": manifest.name,
            "version": manifest.version,
            "task": manifest.task,
            "metrics": metrics,
        }
        if as_json:
            print_json(document)
        else:
            typer.echo(f"released {manifest.name} {manifest.version}: {folder}")
            _print_metrics(metrics)


def evaluate(
    model: Annotated[str, typer.Option(metavar="NAME", help="Model, see `wetread models`; NAME@VERSION for one.")],
    index: Annotated[Path, typer.Option(metavar="INDEX.csv", help="Columns dataset, path, label, group, mask, note.")],
    out: Annotated[Path, typer.Option(help="Folder for evaluation.json.", file_okay=False)],
    dataset: Annotated[str, typer.Option(metavar="NAME", help="Only the rows of this data set.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Judge a model on an image index, with 95 % bootstrap intervals by group.

    --json prints {"model", "task", "n", "groups", "metrics": {NAME: {"value", "low", "high"}}, "confusion", "labels",
    "skipped"}. Paths in the index are relative to it. Dice is the mean over images, 1 when both masks are empty.
    """
    with failures_in_words(as_json):
        from inference.registry import Registry

        package = Registry(places().model_folders).find(model)
        from training.evaluation import evaluate as judge

        document = judge(package, index, dataset, out, progress())
        if as_json:
            print_json(document)
        else:
            typer.echo(f"{document['model']}: {document['n']} images of {document['groups']} groups")
            _print_metrics(document["metrics"])
        say(NOTICE)


def _say_metrics(values: "Mapping[str, float]") -> None:
    say("  ".join(f"{name} {value:g}" for name, value in values.items()))


def _print_metrics(metrics: dict[str, Any]) -> None:
    for name, ends in metrics.items():
        interval = "" if ends["low"] is None else f"  ({ends['low']:.3f} to {ends['high']:.3f})"
        typer.echo(f"  {name} {ends['value']:.3f}{interval}")
