"""One run from configuration to released package: split, examples, members, evaluation, report, release."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import torch
from torch import Tensor, nn

from imaging.progress import Report, silent
from imaging.saving import write_bytes
from inference.manifest import InputSpec, LabelSpec, NetworkSpec, PreprocessingSpec, read_manifest
from inference.networks import build, load
from inference.preprocessing import Preprocessing
from training.checkpoint import save_weights
from training.config import IndexData, TrainingConfig
from training.dataset import Slices, prepare
from training.errors import DataError
from training.examples import Collection, read_index
from training.member import Job, OnMetrics, train_member
from training.metrics import Values
from training.pretrained import load_pretrained
from training.split import Split, split_groups


@dataclass(frozen=True)
class Design:
    """What is built: the config's own words, or those of the package it goes on from."""

    labels: tuple[LabelSpec, ...]
    input: InputSpec
    network: NetworkSpec
    preprocessing: PreprocessingSpec
    parent: str = ""


@dataclass(frozen=True)
class Run:
    """One run's settings and data, all that its parts need to know."""

    config: TrainingConfig
    design: Design
    collection: Collection
    split: Split
    folder: Path
    started: datetime


def train(config: TrainingConfig, out: Path, report: Report = silent, on_metrics: OnMetrics | None = None) -> Path:
    """The folder of the package that this run released.

    Args:
        config: what to do.
        out: the run's folder: config, split, curves, checkpoints, report.
        report: progress; raising :class:`Cancelled` stops the run and releases nothing.
        on_metrics: told each epoch's values beside the curves on disk.

    Raises:
        DataError: too little data, or an index or library that cannot be used.
        PackageError: the package to go on from is broken.
        ReadError: an image cannot be read.
        SaveError: the folder cannot be written.
    """
    run = begin(config, out)
    weights = train_members(run, report, on_metrics or (lambda _: None))
    save_weights(out / "weights.safetensors", weights)
    return out


def begin(config: TrainingConfig, out: Path) -> Run:
    """The run's design, examples and split, saved beside each other before anything is learnt."""
    if config.threads:
        torch.set_num_threads(config.threads)
    design = design_of(config)
    collection = collect(config, design)
    items = [(example.group, example.label) for example in collection.examples]
    run = Run(config, design, collection, split_groups(items, config.split), out, datetime.now(UTC))
    write_bytes(out / "config.json", config.model_dump_json(indent=1).encode())
    run.split.save(out / "split.json")
    return run


def design_of(config: TrainingConfig) -> Design:
    """The config's network, labels, input and preprocessing, what is left out taken from its parent package."""
    if config.start_from is None:
        if config.input is None or config.network is None or config.preprocessing is None:
            raise DataError(f"{config.name}: input, network and preprocessing are needed without start_from")
        return Design(config.labels, config.input, config.network, config.preprocessing)
    parent = read_manifest(config.start_from)
    return Design(
        config.labels or parent.labels,
        config.input or parent.input,
        config.network or parent.network,
        config.preprocessing or parent.preprocessing,
        f"{parent.name} {parent.version}",
    )


def collect(config: TrainingConfig, design: Design) -> Collection:
    """The examples of the config's data source."""
    if isinstance(config.data, IndexData):
        return read_index(config.data.index, config.data.dataset, config.task, design.labels)
    raise NotImplementedError


def train_members(run: Run, report: Report, on_metrics: OnMetrics) -> dict[str, Tensor]:
    """The weights of all members, under the names that the ensemble gives them."""
    preprocessing = Preprocessing(run.design.preprocessing, run.design.input)
    examples = [example for example in run.collection.examples if example.group not in run.split.test]
    slices = prepare(examples, preprocessing, run.design.labels, report)
    groups = [example.group for example in examples]
    count = run.design.network.members
    weights: dict[str, Tensor] = {}
    for member in range(count):
        network = starting_network(run, member)
        job = _job(run, slices, groups, member)
        log = _log(run.folder / "metrics.jsonl", member, count, job.config.optimiser.epochs, on_metrics)
        own = train_member(job, network, _part(report, member, count), log)
        save_weights(run.folder / f"member-{member}.safetensors", own)
        weights |= {(f"members.{member}.{name}" if count > 1 else name): tensor for name, tensor in own.items()}
    return weights


def starting_network(run: Run, member: int) -> nn.Module:
    """A member's network before training: pretrained, or the parent package's own member."""
    torch.manual_seed(run.config.split.seed * 1000 + member)
    network = build(run.design.network.model_copy(update={"members": 1}))
    if run.config.start_from is None:
        load_pretrained(network)
        return network
    parent = load(run.config.start_from, read_manifest(run.config.start_from))
    source = parent.get_submodule(f"members.{member}") if hasattr(parent, "members") else parent
    network.load_state_dict(source.state_dict())
    return network


def _job(run: Run, slices: Slices, groups: list[str], member: int) -> Job:
    learning, validating = run.split.learning(member), run.split.validating(member)
    return Job(
        run.config,
        run.design.labels,
        slices.subset([number for number, group in enumerate(groups) if group in learning]),
        slices.subset([number for number, group in enumerate(groups) if group in validating]) if validating else None,
        torch.device("cpu"),
        run.config.split.seed * 1000 + member,
    )


def _part(report: Report, member: int, count: int) -> Report:
    """One member's share of the whole progress."""

    def tell(done: int, total: int, text: str) -> None:
        words = f"{text}, network {member + 1} of {count}" if count > 1 else text
        report(member * total + done, count * total, words)

    return tell


def _log(path: Path, member: int, count: int, epochs: int, on_metrics: OnMetrics) -> Callable[[Values], None]:
    """Appends one JSON line per epoch; epochs run on from member to member in what the caller is told."""

    def write(values: Values) -> None:
        line = {"member": member, **values} if count > 1 else values
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        on_metrics({**values, "epoch": values["epoch"] + member * epochs})

    return write
