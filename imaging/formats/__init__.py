"""One adapter per file format; every conversion of axes and units into (k, j, i) and LPS millimetres happens here."""
