"""What in an image spoke for a finding: one method per file, one verb, raw attribution values.

A method takes the scored network, a :class:`Task` and a report, and returns :class:`Evidence`. Values are not rescaled
per image: two maps of one method and model can be compared.
"""

from inference.saliency.evidence import Evidence, Method, Task, limit, scored
from inference.saliency.gradcam import gradcam
from inference.saliency.integrated_gradients import integrated_gradients

METHODS: dict[str, Method] = {"gradcam": gradcam, "integrated-gradients": integrated_gradients}

__all__ = ["METHODS", "Evidence", "Method", "Task", "limit", "scored"]
