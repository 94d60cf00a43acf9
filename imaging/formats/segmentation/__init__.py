"""Masks in files: DICOM SEG and others, read onto the image they were made from."""
