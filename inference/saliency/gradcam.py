"""Grad-CAM (arXiv 1610.02391): where a layer's features, weighted by their gradients, spoke for the target."""

import numpy as np
from torch import Tensor, nn

from imaging.progress import Report
from inference.errors import InferenceError
from inference.saliency.evidence import Evidence, Task


def gradcam(network: nn.Module, task: Task, report: Report) -> Evidence:
    """Unsigned evidence from the named layer, enlarged to the input; averaged over the members of an ensemble.

    Raises:
        InferenceError: the network has no such layer.
        Cancelled: by ``report``.
    """
    from captum.attr import LayerAttribution, LayerGradCam  # brings matplotlib: half a second of the first prediction

    ending = f".{task.layer}"
    layers = [module for name, module in network.named_modules() if f".{name}".endswith(ending)]
    if not task.layer or not layers:
        raise InferenceError(f"the model package names saliency layer {task.layer!r}, which its network does not have")
    size = (task.image.shape[2], task.image.shape[3])
    total = np.zeros(size, np.float32)
    for done, module in enumerate(layers):
        report(done, len(layers), "Grad-CAM")
        attribution = LayerGradCam(network, module).attribute(task.image, target=task.target, relu_attributions=True)
        assert isinstance(attribution, Tensor)
        enlarged = LayerAttribution.interpolate(attribution, size, "bilinear")
        total += enlarged.detach().cpu().numpy()[0, 0] / np.float32(len(layers))
    return Evidence(total, False, "Grad-CAM", task.layer)
