"""Measurements as DICOM structured reports (PS3.16 TID 1500), out and in."""
