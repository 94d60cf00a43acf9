"""The times a person feels, each beside a named reference in the same run: ``python -m benchmarks``.

Rounds of ours and of the reference alternate, and medians are compared: on a busy machine believe the ratios.
"""
