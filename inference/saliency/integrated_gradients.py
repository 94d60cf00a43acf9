"""Integrated gradients (arXiv 1703.01365): each pixel's share of the score, on the straight path from a black image."""

import numpy as np
import torch
from torch import Tensor, nn

from imaging.progress import Report
from inference.saliency.evidence import Evidence, Task

STEPS = 48


def integrated_gradients(network: nn.Module, task: Task, report: Report) -> Evidence:
    """Signed evidence summed over channels; the method's text tells by what share the sum misses the score's change.

    The path is walked one step at a time, so that Cancel waits for one backward pass and memory holds one image.

    Raises:
        Cancelled: by ``report``.
    """
    from captum.attr import IntegratedGradients  # brings matplotlib: half a second of the first prediction

    path = task.image - task.black
    total = torch.zeros_like(path)
    explainer = IntegratedGradients(network, multiply_by_inputs=False)
    for step in range(STEPS):
        report(step, STEPS, "Integrated gradients")
        start, end = (task.black + path * (place / STEPS) for place in (step, step + 1))
        gradient = explainer.attribute(end, start, task.target, n_steps=1)  # at the middle
        total += gradient.detach() / STEPS
    attribution = (total * path).sum(1)
    change = float(_change(network, task))
    missed = abs(float(attribution.sum()) - change) / max(abs(change), 1e-12)
    values = attribution[0].cpu().numpy().astype(np.float32)
    return Evidence(values, True, f"Integrated gradients, {STEPS} steps from black (missed {missed:.1%})", "input")


def _change(network: nn.Module, task: Task) -> Tensor:
    with torch.no_grad():
        return (network(task.image) - network(task.black))[0, task.target]
