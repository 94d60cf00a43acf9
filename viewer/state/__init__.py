"""The only mutable truth in the window. QtCore alone; widgets show it and ask it to change."""
