"""How an image is to be looked at, as a Grayscale Softcopy Presentation State (PS3.3 A.33.1), out and in."""
