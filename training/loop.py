"""One run on a page: configuration → split → members → held-out evaluation → report → released package."""

import os
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import torch

from imaging.progress import Report, silent
from imaging.saving import write_bytes
from inference.manifest import Lineage, Manifest, WeightsSpec
from inference.predictor import Predictor
from inference.registry import Package
from training.config import TrainingConfig
from training.design import Design, collect, design_of
from training.evaluation import Evaluation, judge, metrics_of
from training.examples import Collection
from training.member import OnMetrics, unheard
from training.members import Learnt, train_members
from training.release import next_version, pack, release, write_package
from training.report import Account, card, write_report
from training.split import Split, split_groups


@dataclass(frozen=True)
class Run:
    """One run's settings and data: all that its steps need to know."""

    config: TrainingConfig
    design: Design
    collection: Collection
    split: Split
    folder: Path
    started: datetime


def train(config: TrainingConfig, out: Path, report: Report = silent, on_metrics: OnMetrics = unheard) -> Path:
    """The folder of the model package that this run released.

    Args:
        config: what to do.
        out: the run's folder: configuration, split, curves, checkpoints, report.
        report: progress; raising :class:`Cancelled` stops the run, and nothing is released.
        on_metrics: told each epoch's values, as they are written to ``metrics.jsonl``.

    Raises:
        DataError: too little data, or an index that cannot be used.
        LibraryError: the annotation library cannot be read.
        PackageError: the package to go on from is broken.
        ReadError: an image cannot be read.
        SaveError: a folder cannot be written.
    """
    torch.set_num_threads(config.threads or max(1, (os.cpu_count() or 2) - 1))
    run = begin(config, out)
    learnt = train_members(config, run.design, run.collection, run.split, out, report, on_metrics)
    return finish(run, learnt, report)


def begin(config: TrainingConfig, out: Path) -> Run:
    """The run's design, examples and split, written beside each other before anything is learnt."""
    design = design_of(config)
    collection = collect(config, design)
    items = [(example.group, example.label) for example in collection.examples]
    learnt = frozenset(example.group for example in collection.examples if example.learnt_before)
    run = Run(config, design, collection, split_groups(items, config.split, learnt), out, datetime.now(UTC))
    write_bytes(out / "config.json", config.model_dump_json(indent=1).encode())
    (out / "metrics.jsonl").unlink(missing_ok=True)
    run.split.save(out / "split.json")
    return run


def finish(run: Run, learnt: Learnt, report: Report = silent) -> Path:
    """The released package: judged on held-out patients through the viewer's own Predictor, then put in place.

    Raises:
        SaveError: report or package cannot be written.
        Cancelled: by ``report``.
    """
    data, weights = pack(learnt.weights)
    releases = run.config.releases or run.folder
    manifest = _manifest(run, weights, next_version(releases, run.config.name))
    test = _judge_held_out(run, manifest, data, report)
    manifest = manifest.model_copy(update={"metrics": metrics_of(test)})
    collection = run.collection
    account = Account(
        manifest, collection.source, len(collection.examples), collection.groups, collection.skipped, run.split, test,
        learnt.last,
    )  # fmt: skip
    words = card(account, run.config.card)
    write_report(run.folder, account, words)
    return release(releases, manifest, data, words)


def _manifest(run: Run, weights: WeightsSpec, version: str) -> Manifest:
    config, design = run.config, run.design
    names = {label.name for label in design.labels}
    return Manifest(
        name=config.name,
        version=version,
        title=config.title or config.name,
        task=design.task,
        input=design.input,
        labels=design.labels,
        network=design.network,
        preprocessing=design.preprocessing,
        weights=weights,
        licence=config.licence or design.licence,
        lineage=Lineage(
            created=run.started.isoformat(timespec="seconds"),
            run=run.folder.name,
            data=f"{run.collection.source}; {len(run.collection.examples)} images; labels {', '.join(sorted(names))}",
            split=run.split.digest,
            parent=design.parent,
            annotations=_learnt(run),
        ),
    )


def _learnt(run: Run) -> tuple[str, ...]:
    """Annotations that any of the networks learnt from, in this run or in those before it."""
    groups = frozenset[str]().union(*(run.split.learning(member) for member in range(run.design.network.members)))
    own = {one.annotation for one in run.collection.examples if one.annotation and one.group in groups}
    return tuple(sorted(own.union(run.design.learnt)))


def _judge_held_out(run: Run, manifest: Manifest, weights: bytes, report: Report) -> Evaluation | None:
    """None where no patient was held back."""
    held_out = tuple(example for example in run.collection.examples if example.group in run.split.test)
    if not held_out:
        return None
    with tempfile.TemporaryDirectory(prefix=".candidate-", dir=run.folder) as folder:
        write_package(Path(folder), manifest, weights, "")
        predictor = Predictor(Package(Path(folder), manifest), run.config.device)
    return judge(predictor, Collection(held_out, 0, run.collection.source), report)
