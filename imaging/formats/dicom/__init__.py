"""DICOM files: headers, grouping, places, pixels, presentation."""
