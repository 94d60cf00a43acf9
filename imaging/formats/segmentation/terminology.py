"""Codes for segments that have only a name (SNOMED CT, as in PS3.16 CID 7150 and 7166 and the like)."""

from imaging.formats.segmentation.imported import Code, Segment
from imaging.labelmap import Label, Provenance

_ORGAN = Code("123037004", "SCT", "Anatomical Structure")
_ALTERED = Code("49755003", "SCT", "Morphologically Altered Structure")
_TISSUE = Code("85756007", "SCT", "Tissue")

_BY_NAME: dict[str, tuple[Code, Code]] = {
    "lesion": (_ALTERED, Code("52988006", "SCT", "Lesion")),
    "nodule": (_ALTERED, Code("27925004", "SCT", "Nodule")),
    "mass": (_ALTERED, Code("4147007", "SCT", "Mass")),
    "cyst": (_ALTERED, Code("441457006", "SCT", "Cyst")),
    "lung": (_ORGAN, Code("39607008", "SCT", "Lung")),
    "heart": (_ORGAN, Code("80891009", "SCT", "Heart")),
    "liver": (_ORGAN, Code("10200004", "SCT", "Liver")),
    "spleen": (_ORGAN, Code("78961009", "SCT", "Spleen")),
    "kidney": (_ORGAN, Code("64033007", "SCT", "Kidney")),
    "rib": (_ORGAN, Code("113197003", "SCT", "Rib")),
    "bone": (_ORGAN, Code("272673000", "SCT", "Bone")),
}


def codes_of(name: str) -> tuple[Code, Code]:
    """Category and type for a segment by the last word of its name; tissue where the name is not known."""
    word = name.lower().replace("_", " ").split()[-1:]
    known = [_BY_NAME[each] for each in (*word, *(one.removesuffix("s") for one in word)) if each in _BY_NAME]
    return known[0] if known else (_TISSUE, _TISSUE)


def told(kind: Code) -> Code | None:
    """The code of a segment; None where the file states none, or only that it is tissue."""
    return kind if kind.value and kind != _TISSUE else None


def described(label: Label, made: Provenance | None) -> Segment:
    """What is said of a label that came without a description.

    A mask with a model and an author was made by the one and corrected or accepted by the other: semi-automatic.
    """
    category, kind = codes_of(label.name)
    model = made.model if made is not None else ""
    version = made.model_version if made is not None else ""
    how = "MANUAL" if not model else "SEMIAUTOMATIC" if made is not None and made.author else "AUTOMATIC"
    return Segment(
        label.value,
        label.value,
        label.name,
        label.colour,
        category,
        label.code if label.code is not None and label.code.value else kind,
        how,
        model,
        version,
        label.derivation,
    )
