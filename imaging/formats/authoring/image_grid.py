"""Where the slices of an image lie, as a value without pixels."""

from dataclasses import dataclass

from imaging.geometry import Geometry
from imaging.labelmap import Label, Labelmap, Provenance
from imaging.layers import Layers
from imaging.volume import Volume


@dataclass(frozen=True)
class ImageGrid:
    """Where the slices of a volume lie, without its pixels.

    Attributes:
        slice_geometries: one per k where the slices make no regular grid, else empty.
    """

    geometry: Geometry
    slice_geometries: tuple[Geometry, ...] = ()

    def slice_geometry(self, k: int) -> Geometry:
        """The single-slice geometry of slice ``k``."""
        return self.slice_geometries[k] if self.slice_geometries else self.geometry.slab(k)

    def labelmap(self, layers: Layers, labels: tuple[Label, ...], made: Provenance | None = None) -> Labelmap:
        """A mask on this grid; volumes are only known where slices are evenly apart."""
        even = not self.slice_geometries
        return Labelmap(layers[0], self.geometry, labels, made, slice_spacing_known=even, further=layers[1:])


def grid_of(volume: Volume) -> ImageGrid:
    """The grid of a volume."""
    return ImageGrid(volume.geometry, volume.slice_geometries)
