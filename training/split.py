"""Parting groups (patients): a group lies in exactly one part, and the same seed gives the same parts."""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from imaging.saving import write_bytes
from training.config import SplitConfig

FORMAT_VERSION = 1
FEWEST_GROUPS_TO_VALIDATE = 2


@dataclass(frozen=True)
class Split:
    """Groups held back for the test, and the folds of the rest.

    Attributes:
        test: groups that nothing learns from or is chosen by; empty when there are too few patients.
        folds: groups per fold; a single fold when there is one patient, who is then learnt from and not judged on.
    """

    test: tuple[str, ...]
    folds: tuple[tuple[str, ...], ...]

    def learning(self, member: int) -> frozenset[str]:
        """Groups that ensemble member ``member`` learns from: every fold but its own."""
        if len(self.folds) < FEWEST_GROUPS_TO_VALIDATE:
            return frozenset(group for fold in self.folds for group in fold)
        own = member % len(self.folds)
        return frozenset(group for number, fold in enumerate(self.folds) if number != own for group in fold)

    def validating(self, member: int) -> frozenset[str]:
        """Groups that ensemble member ``member`` is watched on; empty when there is one patient."""
        if len(self.folds) < FEWEST_GROUPS_TO_VALIDATE:
            return frozenset()
        return frozenset(self.folds[member % len(self.folds)])

    @property
    def digest(self) -> str:
        """Twelve hex digits that name this split."""
        return hashlib.sha256(json.dumps(asdict(self)).encode()).hexdigest()[:12]

    def save(self, path: Path) -> None:
        """Write the split as JSON.

        Raises:
            SaveError: the file cannot be written.
        """
        values = {"format": FORMAT_VERSION, "digest": self.digest, **asdict(self)}
        write_bytes(path, json.dumps(values, indent=1).encode())


def split_groups(items: Iterable[tuple[str, str]], config: SplitConfig, learnt: Container[str] = frozenset()) -> Split:
    """The split of ``(group, class)`` pairs, one per image: each part gets about its share of every class.

    With fewer than two groups nothing is held back: an honest test needs another patient. With two to four, one is.

    Args:
        items: the pairs.
        config: shares and seed.
        learnt: groups that the model learnt from before: they are never held back. Where there is no other, none is.
    """
    strata = _strata(items, config.seed)
    ordered = [group for stratum in strata for group in stratum]
    if len(ordered) < FEWEST_GROUPS_TO_VALIDATE:
        return Split((), (tuple(ordered),) if ordered else ())
    test = _test_groups(strata, ordered, config.test, learnt)
    rest = [group for group in ordered if group not in test]
    count = min(config.folds, len(rest))
    folds = tuple(tuple(sorted(rest[number::count])) for number in range(count))
    return Split(tuple(sorted(test)), folds)


def _strata(items: Iterable[tuple[str, str]], seed: int) -> list[list[str]]:
    """Groups by the rarest class among their images, each list in an order drawn by the seed."""
    classes: dict[str, set[str]] = defaultdict(set)
    counts: Counter[str] = Counter()
    for group, name in items:
        classes[group].add(name)
        counts[name] += 1
    strata: dict[str, list[str]] = defaultdict(list)
    for group, names in classes.items():
        strata[min(names, key=lambda name: (counts[name], name))].append(group)
    return [sorted(strata[name], key=lambda group: _draw(seed, group)) for name in sorted(strata)]


def _draw(seed: int, group: str) -> str:
    """A hash: unlike a generator's stream, it does not move a group when another patient is added."""
    return hashlib.sha256(f"{seed}/{group}".encode()).hexdigest()


def _test_groups(
    strata: Sequence[Sequence[str]], ordered: Sequence[str], share: float, learnt: Container[str]
) -> set[str]:
    test: set[str] = set()
    for stratum in strata:
        test.update([group for group in stratum if group not in learnt][: round(share * len(stratum))])
    if not test and share > 0:
        test = set([group for group in ordered if group not in learnt][:1])
    return test if len(test) < len(ordered) else {ordered[0]}
