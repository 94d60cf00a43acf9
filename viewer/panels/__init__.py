"""The panels around the picture. Each shows one state and asks the commands to change it."""
