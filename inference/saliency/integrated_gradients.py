"""Integrated gradients (arXiv 1703.01365): each pixel's share of the score, on the straight path from a black image."""

import numpy as np
import torch
from captum.attr import IntegratedGradients
from torch import Tensor, nn

from imaging.progress import Report
from inference.saliency.evidence import Evidence, Task

STEPS = 48
STEPS_PER_BATCH = 4


def integrated_gradients(network: nn.Module, task: Task, report: Report) -> Evidence:
    """Signed evidence summed over channels; the method's text tells how far the sum misses the score's change."""
    path = task.image - task.black
    total = torch.zeros_like(path)
    batches = STEPS // STEPS_PER_BATCH
    explainer = IntegratedGradients(network, multiply_by_inputs=False)
    for batch in range(batches):
        report(batch, batches, "Integrated gradients")
        start, end = (task.black + path * (step / batches) for step in (batch, batch + 1))
        part = explainer.attribute(end, baselines=start, target=task.target, n_steps=STEPS_PER_BATCH)
        total += part.detach() / batches
    attribution = (total * path).sum(1)
    missed = float(attribution.sum() - _change(network, task))
    values = attribution[0].cpu().numpy().astype(np.float32)
    return Evidence(values, True, f"Integrated gradients, {STEPS} steps from black (missed {missed:+.2g})", "input")


def _change(network: nn.Module, task: Task) -> Tensor:
    with torch.no_grad():
        return (network(task.image) - network(task.black))[0, task.target]
