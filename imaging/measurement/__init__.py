"""Measuring: figures with points in the patient or in the image, their numbers, and what those numbers rest on."""
