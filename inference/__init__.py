"""A model, applied: packages, preprocessing, prediction and saliency."""

import os

# OpenMP's threads spin while they wait for each other. On a machine with other work to do, a forward pass of 0.2 s then
# takes 6 s. Must be set before torch is imported, so it stands here, where everything that imports torch comes by.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
