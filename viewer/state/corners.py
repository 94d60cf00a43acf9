"""Which lines stand in the corners of a picture, per modality. Values only."""

from typing import Annotated, Literal, get_args

from pydantic import Field

from viewer.settings import Kept, Place, SettingsFile

FieldName = Literal[
    "patient",
    "patient-id",
    "sex-birth",
    "study",
    "accession",
    "series",
    "modality",
    "body-part",
    "tube",
    "thickness",
    "kernel",
    "timing",
    "flip-angle",
    "field-strength",
    "frame-rate",
    "transducer",
    "mechanical-index",
    "view-position",
    "laterality",
    "tracer",
    "phase",
    "plane",
    "slice",
    "time",
    "position",
    "slab",
    "zoom",
    "inverted",
    "calibration",
    "fusion",
    "profile",
    "colours",
    "window",
]
FIELDS: tuple[FieldName, ...] = get_args(FieldName)

CornerName = Literal["top_left", "top_right", "bottom_left", "bottom_right"]
CORNERS: tuple[CornerName, ...] = get_args(CornerName)
Lines = tuple[FieldName, ...]


class CornerSet(Kept):
    """The lines of each corner from the top down; what the picture is not stands in the bottom right in any case.

    Attributes:
        modality: for any of these; empty is for all that have no set of their own.
    """

    modality: tuple[str, ...] = ()
    top_left: Lines = ("patient", "patient-id", "sex-birth")
    top_right: Lines = ("study", "series", "modality")
    bottom_left: Lines = ("phase", "plane", "slice", "time", "position", "slab", "zoom")
    bottom_right: Lines = ("inverted", "calibration", "fusion", "profile", "colours", "window")

    def lines(self, corner: CornerName) -> Lines:
        """The lines of one corner."""
        return getattr(self, corner)

    def corner_of(self, field: FieldName) -> CornerName | None:
        """The corner a field stands in; None where it is left out."""
        return next((corner for corner in CORNERS if field in self.lines(corner)), None)

    def moved(self, field: FieldName, corner: CornerName | None) -> "CornerSet":
        """The set with ``field`` at the end of another corner, or left out."""
        changed = {each: tuple(name for name in self.lines(each) if name != field) for each in CORNERS}
        if corner is not None:
            changed[corner] = (*changed[corner], field)
        return self.model_copy(update=changed)


class CornerSets(SettingsFile):
    """All sets of a file."""

    corners: Annotated[tuple[CornerSet, ...], Field(max_length=50)] = ()

    def problem(self) -> tuple[Place, str] | None:
        """A field that stands in two places."""
        for number, each in enumerate(self.corners):
            names = [name for corner in CORNERS for name in each.lines(corner)]
            twice = next((name for name in names if names.count(name) > 1), None)
            if twice is not None:
                return ["corners", number], f"{twice!r} stands in two places"
        return None


USUAL = CornerSet()


def set_for(sets: tuple[CornerSet, ...], modality: str) -> CornerSet:
    """The set for a modality: the first that names it, else the first for all, else the usual one."""
    named = next((each for each in sets if modality and modality in each.modality), None)
    return named or next((each for each in sets if not each.modality), USUAL)
