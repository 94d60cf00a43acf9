"""A model, applied: packages, preprocessing, prediction and saliency."""
