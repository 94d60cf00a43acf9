"""Masks for formats that hold one value per voxel."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from imaging.errors import SaveError
from imaging.labelmap import Labelmap
from imaging.layers import flat, overlap


def in_one_layer(labelmap: Labelmap, path: Path) -> Labelmap:
    """The same mask in one layer.

    Raises:
        SaveError: segments overlap, so that there is none.
    """
    if not labelmap.further:
        return labelmap
    shared = int(np.count_nonzero(overlap(labelmap.layers)))
    if shared:
        raise SaveError(
            path,
            f"{shared} voxels belong to several segments, and this format holds one for each voxel. Formats that hold "
            "them all: DICOM SEG (binary), RT Structure Set, .seg.nrrd, COCO, YOLO",
        )
    labels = tuple(replace(each, layer=0) for each in labelmap.labels)
    return replace(labelmap, array=flat(labelmap.layers), labels=labels, further=())
