"""The networks of one run, one after the other, under the names that their ensemble gives them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from imaging.progress import Report
from inference.device import choose
from inference.manifest import read_manifest
from inference.networks import Ensemble, build, load
from inference.preprocessing import Preprocessing
from training.checkpoint import save_weights
from training.config import TrainingConfig
from training.dataset import Slices, prepare
from training.design import Design
from training.examples import Collection
from training.member import Job, OnMetrics, train_member
from training.metrics import Values
from training.pretrained import load_pretrained
from training.split import Split


@dataclass(frozen=True)
class Learnt:
    """The weights of all members, and the last epoch's values of each."""

    weights: dict[str, Tensor]
    last: tuple[Values, ...]


def train_members(
    config: TrainingConfig,
    design: Design,
    collection: Collection,
    split: Split,
    folder: Path,
    report: Report,
    on_metrics: OnMetrics,
) -> Learnt:
    """All members trained, each on every fold but its own; checkpoints and curves are written to ``folder``.

    Raises:
        ReadError: an image or mask cannot be read.
        SaveError: a checkpoint or curve cannot be written.
        Cancelled: by ``report``.
    """
    examples = [example for example in collection.examples if example.group not in split.test]
    slices = prepare(examples, Preprocessing(design.preprocessing, design.input), design.labels, report)
    groups = [example.group for example in examples]
    count = design.network.members
    weights: dict[str, Tensor] = {}
    last: list[Values] = []
    for member in range(count):
        job = _job(config, design, slices, groups, split, member)
        log = _Log(folder / "metrics.jsonl", member, count, config.optimiser.epochs, on_metrics)
        own = train_member(job, _starting_network(config, design, member), _part(report, member, count), log)
        save_weights(folder / f"member-{member}.safetensors", own)
        last.append(log.last)
        weights |= {(f"members.{member}.{name}" if count > 1 else name): tensor for name, tensor in own.items()}
    return Learnt(weights, tuple(last))


def _starting_network(config: TrainingConfig, design: Design, member: int) -> nn.Module:
    """A member before training: pretrained on ImageNet, or the parent package's first network."""
    torch.manual_seed(config.split.seed * 1000 + member)
    if config.start_from is not None:
        parent = load(config.start_from, read_manifest(config.start_from))
        return parent.members[0] if isinstance(parent, Ensemble) else parent
    network = build(design.network.model_copy(update={"members": 1}))
    if config.pretrained:
        load_pretrained(network)
    return network


def _job(
    config: TrainingConfig, design: Design, slices: Slices, groups: Sequence[str], split: Split, member: int
) -> Job:
    learning, validating = split.learning(member), split.validating(member)
    return Job(
        config,
        design.task,
        design.labels,
        slices.subset([number for number, group in enumerate(groups) if group in learning]),
        slices.subset([number for number, group in enumerate(groups) if group in validating]),
        choose(config.device),
        config.split.seed * 1000 + member,
    )


def _part(report: Report, member: int, count: int) -> Report:
    """One member's share of the whole progress."""

    def tell(done: int, total: int, text: str) -> None:
        words = f"{text}, network {member + 1} of {count}" if count > 1 else text
        report(member * total + done, count * total, words)

    return tell


class _Log:
    """Appends one JSON line per epoch; to the caller, a later member's epochs follow on the earlier one's."""

    def __init__(self, path: Path, member: int, count: int, epochs: int, on_metrics: OnMetrics) -> None:
        self.last: Values = {}
        self._path, self._member, self._count, self._epochs = path, member, count, epochs
        self._on_metrics = on_metrics

    def __call__(self, values: Values) -> None:
        self.last = values
        line = {"member": self._member, **values}
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        self._on_metrics({**values, "epoch": values["epoch"] + self._member * self._epochs})
