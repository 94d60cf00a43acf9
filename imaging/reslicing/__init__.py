"""Any plane of a volume: axial, coronal, sagittal, oblique, as thick as wanted, or on the grid of another volume.

``Reslicer(array, geometry).plane(grid, k)`` samples plane ``k`` of a stack of planes, which is a
:class:`~imaging.geometry.Geometry` of its own. Modules: ``grids`` makes such stacks · ``reslicer`` samples them ·
``crossing`` finds what a box shows in · ``sampling`` runs the kernels in threads · ``kernels`` is what numba compiles.
"""

from imaging.reslicing.crossing import Box
from imaging.reslicing.grids import (
    Axis,
    PatientPlane,
    nearest_axis,
    oblique,
    orthogonal,
    orthogonal_planes,
    patient_plane,
)
from imaging.reslicing.reslicer import Order, Reslicer, outside_of, planes_within, warm_up
from imaging.reslicing.sampling import Projection, Span, keeps_code

__all__ = [
    "Axis",
    "Box",
    "Order",
    "PatientPlane",
    "Projection",
    "Reslicer",
    "Span",
    "keeps_code",
    "nearest_axis",
    "oblique",
    "orthogonal",
    "orthogonal_planes",
    "outside_of",
    "patient_plane",
    "planes_within",
    "warm_up",
]
