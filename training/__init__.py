"""Annotations in, a released model out: splits, data sets, the loop, metrics, evaluation and release."""
