"""Our reader against a set of real DICOM files with known values: ``python -m benchmarks.conformance FOLDER``."""
