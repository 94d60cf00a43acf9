"""Key images: pictures that somebody wants to find again, and how they were looked at."""

import json
from dataclasses import asdict, dataclass
from typing import Any, Literal

from imaging.geometry import Calibration, Geometry
from imaging.reslicing import PatientPlane, Projection
from imaging.volume import Window


@dataclass(frozen=True)
class KeyImage:
    """One marked picture.

    Attributes:
        uid: identity of the mark.
        series_uid: what is shown.
        plane: ``stored`` as acquired, ``oblique`` turned by hand.
        k: the slice as acquired that was shown, or that the middle of the plane lies in.
        geometry: the plane itself, one slice.
        window: as it was shown.
        slab_mm, projection: what the plane looked through; 0 is the plane alone.
        note: in the reader's words.
    """

    uid: str
    series_uid: str
    plane: PatientPlane | Literal["stored", "oblique"]
    k: int
    geometry: Geometry
    window: Window
    inverted: bool = False
    slab_mm: float = 0.0
    projection: Projection = "max"
    note: str = ""


Slice = tuple[str, int]
"""Series UID, as it is listed, and k."""


@dataclass(frozen=True)
class KeySelection:
    """What a document points at.

    Attributes:
        slices: of the images in the document's order, each once.
        title: what they were selected for, in the document's words.
        note: its description; empty without.
        elsewhere: how many of the images and frames it names are in none of the series.
        others: how many other objects it names, as presentation states and reports.
    """

    slices: tuple[Slice, ...]
    title: str
    note: str
    elsewhere: int
    others: int = 0


def packed(key_image: KeyImage) -> str:
    """The key image as JSON; every digit of its plane is kept."""
    return json.dumps(asdict(key_image))


def unpacked(text: str) -> KeyImage:
    """The key image that was packed.

    Raises:
        ValueError: the text is no key image; says what was found.
    """
    try:
        written: dict[str, Any] = json.loads(text)
        geometry, window = _geometry(written.pop("geometry")), Window(**written.pop("window"))
        return KeyImage(**written, geometry=geometry, window=window)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"expected a key image, found {text[:80]!r}") from error


def _geometry(written: dict[str, Any]) -> Geometry:
    k_axis, j_axis, i_axis = (tuple(axis) for axis in written["axes_lps"])
    return Geometry(
        tuple(written["shape_kji"]),
        tuple(written["spacing_mm"]),
        tuple(written["origin_lps"]),
        (k_axis, j_axis, i_axis),
        Calibration(written["calibration"]),
    )
