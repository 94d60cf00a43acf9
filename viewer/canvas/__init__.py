"""One viewport: a slice, what lies over it, and the mouse. Meets the rest of the window in ``viewer.state`` only."""
