"""One network, trained: the loop on a page."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader

from imaging.progress import Report
from inference.manifest import LabelSpec
from training.augmentation import Augmentation
from training.checkpoint import Average
from training.config import Task, TrainingConfig
from training.dataset import Slices
from training.errors import TrainingError
from training.losses import make_loss
from training.metrics import Values, classification_values, mean_rows, segmentation_row

OnMetrics = Callable[[Values], None]


def unheard(values: Values) -> None:
    """Nothing: to pass where nobody watches the curves."""


@dataclass(frozen=True)
class Job:
    """What one member learns from and is watched on."""

    config: TrainingConfig
    task: Task
    labels: tuple[LabelSpec, ...]
    learning: Slices
    validating: Slices
    device: torch.device
    seed: int


def train_member(job: Job, network: nn.Module, report: Report, on_metrics: OnMetrics) -> dict[str, Tensor]:
    """The averaged weights of a network trained on one job's slices.

    Args:
        job: data and settings.
        network: pretrained or released weights to go on from; changed in place.
        report: told at every step.
        on_metrics: told epoch, step, train_loss and val_* after every epoch.

    Raises:
        TrainingError: the loss became no number, and with it the weights.
        Cancelled: by ``report``.
    """
    torch.manual_seed(job.seed)
    settings = job.config.optimiser
    network.to(device=job.device)
    network.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]  torch's stub lacks this form
    batches = DataLoader(
        job.learning.augmented(Augmentation(job.config.augmentation)),
        min(settings.batch, len(job.learning)),
        shuffle=True,
        drop_last=len(job.learning) > settings.batch,
    )
    loss = make_loss(job.task, _class_counts(job), settings.label_smoothing).to(job.device)
    optimiser = torch.optim.AdamW(_parameter_groups(network, job), weight_decay=settings.weight_decay)
    total = settings.epochs * len(batches)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _rate(step, total, settings.warm_up))
    average = Average(network, settings.average)
    step = 0
    for epoch in range(1, settings.epochs + 1):
        losses: list[float] = []
        for images, truths in batches:
            report(step, total, f"Epoch {epoch} of {settings.epochs}")
            losses.append(_step(network, images.to(job.device), truths.to(job.device), loss, optimiser, job))
            if not math.isfinite(losses[-1]):
                raise TrainingError(f"the loss is no number any more at step {step + 1}: try a lower optimiser.rate")
            schedule.step()
            average.update(network)
            step += 1
        values = {"epoch": float(epoch), "step": float(step), "train_loss": float(np.mean(losses))}
        on_metrics(values | _validate(network, average, job))
    network.load_state_dict(average.weights)
    return average.weights


def _step(
    network: nn.Module, images: Tensor, truths: Tensor, loss: nn.Module, optimiser: torch.optim.Optimizer, job: Job
) -> float:
    _set_training(network, job.config.optimiser.frozen_stages)
    optimiser.zero_grad(set_to_none=True)
    with torch.autocast(job.device.type, torch.bfloat16, enabled=job.config.optimiser.precision == "bf16"):
        logits = network(images.contiguous(memory_format=torch.channels_last))
    value = loss(logits.float(), truths)
    value.backward()
    nn.utils.clip_grad_norm_(network.parameters(), 5.0)
    optimiser.step()
    return float(value.detach())


def _rate(step: int, total: int, warm_up: float) -> float:
    """Linear warm-up, then half a cosine down to zero (arXiv 1608.03983)."""
    rising = max(1, round(total * warm_up))
    if step < rising:
        return (step + 1) / rising
    return 0.5 * (1 + math.cos(math.pi * (step - rising) / max(1, total - rising)))


def _frozen(network: nn.Module, stages: int) -> Iterator[nn.Module]:
    """The stem and the encoder's first stages."""
    if stages:
        encoder = network.get_submodule("encoder")
        yield encoder.get_submodule("conv_stem")
        yield encoder.get_submodule("bn1")
        for number in range(stages):
            yield encoder.get_submodule(f"blocks.{number}")


def _set_training(network: nn.Module, frozen_stages: int) -> None:
    """Training mode, except for frozen stages, whose running statistics must not move either."""
    network.train()
    for module in _frozen(network, frozen_stages):
        module.eval()


def _parameter_groups(network: nn.Module, job: Job) -> list[dict[str, object]]:
    settings = job.config.optimiser
    for module in _frozen(network, settings.frozen_stages):
        module.requires_grad_(False)
    pretrained: list[Tensor] = []
    fresh: list[Tensor] = []
    for name, parameter in network.named_parameters():
        if parameter.requires_grad:
            (pretrained if name.startswith(("encoder.", "last.", "norm.")) else fresh).append(parameter)
    rate = settings.rate
    return [{"params": pretrained, "lr": rate * settings.encoder_rate}, {"params": fresh, "lr": rate}]


def _class_counts(job: Job) -> Tensor:
    if job.task == "segmentation":
        return torch.ones(len(job.labels) + 1)
    return torch.bincount(job.learning.truths, minlength=len(job.labels))


def _validate(network: nn.Module, average: Average, job: Job) -> Values:
    """Metrics of the averaged weights on the validating slices, on the network's grid, under ``val_`` names."""
    if not len(job.validating):
        return {}
    current = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    network.load_state_dict(average.weights)
    network.eval()
    probabilities = probabilities_of(network, job.validating, job)
    network.load_state_dict(current)
    truths = job.validating.truths.numpy()
    if job.task == "classification":
        values = classification_values(probabilities.numpy(), truths, [label.name for label in job.labels])
        return {f"val_{name}": values[name] for name in ("accuracy", "auc_macro", "f1_macro") if name in values}
    channels = {label.name: channel for channel, label in enumerate(job.labels, start=1)}
    drawn = torch.where(probabilities[:, 0] < 0.5, probabilities[:, 1:].argmax(1) + 1, 0).numpy().astype(np.uint8)
    values = mean_rows([segmentation_row(one, truth, channels) for one, truth in zip(drawn, truths, strict=True)])
    return {f"val_{name}": value for name, value in values.items() if name.startswith("dice")}


@torch.no_grad()
def probabilities_of(network: nn.Module, slices: Slices, job: Job) -> Tensor:
    """(N, L, ...) float32 on the CPU: softmax of the network's logits for every slice, in order."""
    found: list[Tensor] = []
    for images, _ in DataLoader(slices, job.config.optimiser.batch):
        with torch.autocast(job.device.type, torch.bfloat16, enabled=job.config.optimiser.precision == "bf16"):
            logits = network(images.to(job.device, memory_format=torch.channels_last))
        found.append(torch.softmax(logits.float(), 1).cpu())
    return torch.cat(found)
