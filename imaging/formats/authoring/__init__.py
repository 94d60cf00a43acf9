"""What every DICOM object that is written here shares: the program, the patient and study, and the source images."""
