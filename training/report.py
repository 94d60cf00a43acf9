"""What a run did, in words and tables: the report beside the run, and the model card inside the package."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from imaging.saving import write_bytes
from inference.manifest import Manifest
from training.evaluation import Evaluation
from training.metrics import Estimate, Values
from training.split import Split

NOTICE = "Research use and second reading only. This is not a medical device."


@dataclass(frozen=True)
class Account:
    """All that a report tells.

    Attributes:
        test: judged on patients that nothing learnt from, or None where there were too few.
        last: the last epoch's values of each ensemble member, on the fold that it did not learn from.
    """

    manifest: Manifest
    source: str
    images: int
    groups: int
    skipped: int
    split: Split
    test: Evaluation | None
    last: tuple[Values, ...]


def card(account: Account, words: str) -> str:
    """The model card in Markdown: what it is for, data, split, metrics with intervals, limits."""
    manifest = account.manifest
    labels = ", ".join(f"{label.title or label.name} (`{label.name}`)" for label in manifest.labels)
    parts = [
        f"# {manifest.title}",
        f"`{manifest.name}` {manifest.version}. **{NOTICE}**",
        f"Answers: {labels}. Reads: {', '.join(manifest.input.modalities)}. {manifest.input.description}",
        words.strip(),
        "## Data and split",
        _data(account),
        "## Held-out patients",
        _test(account.test),
        _folds(account.last, bool(manifest.lineage.parent)),
        "## Licence",
        manifest.licence or "Not stated.",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def write_report(folder: Path, account: Account, text: str) -> None:
    """Write ``report.md`` (the card) and ``metrics.json`` (its figures) into the run's folder.

    Raises:
        SaveError: they cannot be written.
    """
    values = {"test": account.test.summary() if account.test else None, "folds": list(account.last)}
    write_bytes(folder / "metrics.json", json.dumps(values, indent=1).encode())
    write_bytes(folder / "report.md", text.encode())


def _data(account: Account) -> str:
    lineage = account.manifest.lineage
    folds = [len(fold) for fold in account.split.folds]
    test, learning = _count(len(account.split.test), "patient"), _count(len(folds), "fold")
    lines = [
        f"Source: {account.source}; {_count(account.images, 'image')} of {_count(account.groups, 'patient')}"
        + (f"; {account.skipped} left out (no usable label or mask)." if account.skipped else "."),
        f"Split by patient (`{account.split.digest}`): {test} held back for the test, "
        f"the others in {learning} of {min(folds)} to {max(folds)}.",
    ]
    if lineage.parent:
        lines.append(
            f"Went on from {lineage.parent}. Patients whose annotations in this library it had learnt from "
            "are not held back; of other patients it is not known whether it had."
        )
    if lineage.annotations:
        lines.append(f"Learnt from annotations {', '.join(lineage.annotations)}.")
    return "\n".join(lines)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _test(test: Evaluation | None) -> str:
    if test is None:
        return "There was no held-out patient: how well this model does on other patients is **not known**."
    rows = [f"| {name} | {one.value:.3f} | {_interval(one)} |" for name, one in test.metrics.items()]
    images, patients = _count(test.n, "image"), _count(test.groups, "patient")
    head = f"{images} of {patients} that nothing learnt from and nothing was chosen by."
    table = ["| metric | value | 95 % interval (bootstrap by patient) |", "|---|---|---|", *rows]
    return "\n".join([head, "", *table, "", *_confusion(test)])


def _interval(estimate: Estimate) -> str:
    if math.isnan(estimate.low):
        return "one patient: no interval"
    return f"{estimate.low:.3f} to {estimate.high:.3f}"


def _confusion(test: Evaluation) -> list[str]:
    if not test.confusion:
        return []
    head = f"| truth \\ answer | {' | '.join(test.labels)} |"
    rows = [
        f"| {label} | {' | '.join(str(count) for count in row)} |"
        for label, row in zip(test.labels, test.confusion, strict=True)
    ]
    return [head, "|---" * (len(test.labels) + 1) + "|", *rows]


def _folds(last: Sequence[Values], went_on: bool) -> str:
    names = sorted({name for values in last for name in values if name.startswith("val_")})
    if not names:
        return ""
    rows = [
        f"| {number} | {' | '.join(f'{values[name]:.3f}' if name in values else '' for name in names)} |"
        for number, values in enumerate(last, start=1)
    ]
    head = [f"| network | {' | '.join(name.removeprefix('val_') for name in names)} |", "|---" * (len(names) + 1) + "|"]
    intro = (
        "Each network alone, on the fold that it did not learn from, last epoch, without mirrored copies. "
        "Folds without a row had no network."
    )
    if went_on:
        intro += " What it went on from may have learnt from that fold: these figures may be too good."
    return "\n".join(["## Cross-validation", "", intro, "", *head, *rows])
