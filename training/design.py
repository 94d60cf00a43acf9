"""What a run builds and what it learns from, decided before torch does anything."""

from dataclasses import dataclass

from inference.manifest import InputSpec, LabelSpec, NetworkSpec, PreprocessingSpec, read_manifest
from inference.registry import Package, verify
from training.config import IndexData, Task, TrainingConfig
from training.errors import DataError
from training.examples import Collection
from training.index import read_index
from training.saved import read_library


@dataclass(frozen=True)
class Design:
    """The config's own words, or those of the package that it goes on from.

    Attributes:
        learnt: identities of the annotations that the parent learnt from, and those before it.
    """

    task: Task
    labels: tuple[LabelSpec, ...]
    input: InputSpec
    network: NetworkSpec
    preprocessing: PreprocessingSpec
    licence: str = ""
    parent: str = ""
    learnt: tuple[str, ...] = ()


def design_of(config: TrainingConfig) -> Design:
    """The network, labels, input and preprocessing of a run.

    Raises:
        DataError: neither the config nor a parent package says them.
        PackageError: the parent package cannot be read, or its weights were altered.
    """
    if config.start_from is not None:
        return _inherited(config)
    if config.input is None or config.network is None or config.preprocessing is None:
        raise DataError(f"{config.name}: input, network and preprocessing are needed without start_from")
    network = config.network.model_copy(update={"out_channels": _channels(config.task, config.labels)})
    return Design(config.task, config.labels, config.input, network, config.preprocessing)


def _inherited(config: TrainingConfig) -> Design:
    assert config.start_from is not None
    parent = verify(Package(config.start_from, read_manifest(config.start_from)))
    if config.labels and config.labels != parent.labels:
        raise DataError(f"{config.name}: its labels are not those of {parent.name}, which it goes on from")
    return Design(
        parent.task,
        parent.labels,
        config.input or parent.input,
        _first_member(parent.network),
        config.preprocessing or parent.preprocessing,
        parent.licence,
        f"{parent.name} {parent.version}",
        parent.lineage.annotations,
    )


def _first_member(network: NetworkSpec) -> NetworkSpec:
    """One network of an ensemble: a few corrections are learnt while a person waits, so one goes on, not all."""
    layer = network.saliency_layer.removeprefix("members.0.")
    return network.model_copy(update={"members": 1, "saliency_layer": layer})


def _channels(task: Task, labels: tuple[LabelSpec, ...]) -> int:
    """Outputs a network needs: one per label, and background where it draws."""
    return len(labels) + (task == "segmentation")


def collect(config: TrainingConfig, design: Design) -> Collection:
    """The examples of the config's data source.

    Raises:
        DataError: there is nothing to learn from.
        LibraryError: the library cannot be read.
    """
    if isinstance(config.data, IndexData):
        return read_index(config.data.index, config.data.dataset, design.task, design.labels)
    return read_library(config.data.library, design.task, design.labels, frozenset(design.learnt))
