"""Documents written by the tests, opened as a person would."""

from pathlib import Path

import pytest
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import (
    UID,
    EncapsulatedPDFStorage,
    EnhancedSRStorage,
    ExplicitVRLittleEndian,
    GrayscaleSoftcopyPresentationStateStorage,
    KeyObjectSelectionDocumentStorage,
    RawDataStorage,
    SegmentationStorage,
    generate_uid,
)

from imaging.errors import ReadError
from imaging.formats.documents import describe, read_text
from imaging.formats.reading import open_study


def written(path: Path, sop_class: str, modality: str, **values: object) -> Path:
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = UID(sop_class)
    meta.MediaStorageSOPInstanceUID = generate_uid()
    dataset = FileDataset(path, {}, file_meta=meta, preamble=b"\0" * 128)
    dataset.SOPClassUID = sop_class
    dataset.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    dataset.Modality = modality
    dataset.PatientName = "Curie^Maria"
    dataset.StudyInstanceUID = "1.2.3"
    dataset.SeriesInstanceUID = "1.2.3.4"
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    dataset.save_as(path, enforce_file_format=True)
    return path


def item(**values: object) -> Dataset:
    dataset = Dataset()
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    return dataset


def code(meaning: str) -> list[Dataset]:
    return [item(CodeValue="1", CodingSchemeDesignator="99T", CodeMeaning=meaning)]


def content(kind: str, concept: str, **values: object) -> Dataset:
    return item(ValueType=kind, RelationshipType="CONTAINS", ConceptNameCodeSequence=code(concept), **values)


def pdf(text: str) -> bytes:
    """A one-page PDF that draws ``text``, written by hand with a correct cross-reference table."""
    drawn = f"BT /F1 24 Tf 72 700 Td ({text}) Tj ET".encode() if text else b""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, places = b"%PDF-1.4\n", []
    for n, each in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (n, each)
    start = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % start


def test_a_report_is_a_document_with_its_tree_as_text(tmp_path: Path) -> None:
    path = written(
        tmp_path / "report",
        EnhancedSRStorage,
        "SR",
        ValueType="CONTAINER",
        ConceptNameCodeSequence=code("Chest report"),
        ContentSequence=[
            content("TEXT", "Finding", TextValue="No nodule.\r\nNo\x1b[31m effusion."),
            content(
                "NUM",
                "Heart width",
                MeasuredValueSequence=[item(NumericValue="12.5", MeasurementUnitsCodeSequence=code("cm"))],
                ContentSequence=[content("CODE", "Method", ConceptCodeSequence=code("Ruler"))],
            ),
            content("PNAME", "Observer", PersonName="Röntgen^Wilhelm"),
            content("DATE", "Day", Date="18951108"),
            content("SCOORD", "Outline", GraphicType="POLYLINE", GraphicData=[1.0, 2.0, 3.0, 4.5]),
            content(
                "IMAGE",
                "Seen on",
                ReferencedSOPSequence=[
                    item(
                        ReferencedSOPClassUID="1.2.840.10008.5.1.4.1.1.2",
                        ReferencedSOPInstanceUID="1.2.9",
                        ReferencedFrameNumber=[2, 5],
                    )
                ],
            ),
        ],
        CurrentRequestedProcedureEvidenceSequence=[
            item(StudyInstanceUID="1.2.3", ReferencedSeriesSequence=[item(SeriesInstanceUID="1.2.3.9")])
        ],
        SpecificCharacterSet="ISO_IR 192",
    )
    study = open_study(path)
    (document,) = study.documents
    assert (study.series, study.refused) == ((), ())
    assert (document.kind, document.name, document.title) == ("report", "Enhanced SR Storage", "Chest report")
    assert document.patient.name == "Curie^Maria"
    assert document.refers_to == ("1.2.3.9",)
    assert read_text(document).split("\n\n", 1)[1].split("\n") == [
        "Chest report",
        "  Finding:",
        "    No nodule.",
        "    No [31m effusion.",
        "  Heart width: 12.5",
        "    Method: Ruler",
        "  Observer: Röntgen Wilhelm",
        "  Day: 1895-11-08",
        "  Outline: polyline at (1, 2) (3, 4.5) (pixels)",
        "  Seen on: CT Image 1.2.9, frame 2, 5",
    ]


def test_a_report_is_shown_to_a_limited_depth(tmp_path: Path) -> None:
    node = content("TEXT", "Deep", TextValue="bottom")
    for _ in range(70):
        node = content("CONTAINER", "Level", ContentSequence=[node])
    path = written(tmp_path / "deep", EnhancedSRStorage, "SR", ContentSequence=[node])
    try:
        text = read_text(describe(path))
    except ReadError as error:
        assert "nested" in error.reason
    else:
        assert "below this depth is not shown" in text and "bottom" not in text


@pytest.mark.parametrize(
    ("drawn", "words"), [("Normal chest", "Normal chest"), ("", "no text: a scanned or drawn page")]
)
def test_the_text_of_a_pdf(tmp_path: Path, drawn: str, words: str) -> None:
    path = written(tmp_path / "a", EncapsulatedPDFStorage, "DOC", EncapsulatedDocument=pdf(drawn), DocumentTitle="Note")
    document = describe(path)
    assert (document.kind, document.title) == ("pdf", "Note")
    text = read_text(document)
    assert "Page 1 of 1" in text and words in text


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"MZ\x90\0", "starts with 4d 5a"), (b"%PDF-1.4\nnothing more", "damaged"), (b"", "starts with nothing")],
)
def test_what_is_no_pdf_is_refused_in_words(tmp_path: Path, data: bytes, words: str) -> None:
    document = describe(written(tmp_path / "a", EncapsulatedPDFStorage, "DOC", EncapsulatedDocument=data))
    with pytest.raises(ReadError, match=words):
        read_text(document)


def test_a_waveform_tells_channels_frequency_and_duration() -> None:
    text = read_text(describe(Path(str(get_testdata_file("waveform_ecg.dcm")))))
    assert "Group 1 (RHYTHM): 10000 samples at 1000 Hz, 10 s" in text
    assert text.count("Lead") == 24


def test_plans_name_their_beams_and_structures_their_regions() -> None:
    plan, structures = (Path(str(get_testdata_file(name))) for name in ("rtplan.dcm", "rtstruct.dcm"))
    assert "Beam Field 1: STATIC, PHOTON, unit001\nFractions planned: 30" in read_text(describe(plan))
    assert "Region patient: 3 contours\nRegion Isocenter 1: 1 contour" in read_text(describe(structures))
    assert {describe(plan).kind, describe(structures).kind} == {"plan"}


def test_a_presentation_state_tells_what_it_draws_and_on_what(tmp_path: Path) -> None:
    image = item(ReferencedSOPClassUID="1.2.840.10008.5.1.4.1.1.2", ReferencedSOPInstanceUID="1.2.9")
    path = written(
        tmp_path / "ps",
        GrayscaleSoftcopyPresentationStateStorage,
        "PR",
        ContentLabel="ARROWS",
        ReferencedSeriesSequence=[item(SeriesInstanceUID="1.9", ReferencedImageSequence=[image, image])],
        GraphicAnnotationSequence=[item(GraphicLayer="A", TextObjectSequence=[item(UnformattedTextValue="here")])],
    )
    document = describe(path)
    assert (document.kind, document.title, document.refers_to) == ("presentation", "ARROWS", ("1.9",))
    assert "Note on A: here\nRefers to 2 × CT Image Storage of series 1.9" in read_text(document)


@pytest.mark.parametrize(
    ("sop_class", "modality", "kind", "name"),
    [
        (KeyObjectSelectionDocumentStorage, "KO", "report", "Key Object Selection Document Storage"),
        (SegmentationStorage, "SEG", "segmentation", "Segmentation Storage"),
        (RawDataStorage, "OT", "other", "Raw Data Storage"),
        ("1.2.840.10008.5.1.4.1.1.66.7", "SEG", "segmentation", "Label Map Segmentation Storage"),
        ("1.2.3.4.5.6", "ECG", "waveform", "an object of the private SOP class 1.2.3.4.5.6"),
    ],
)
def test_kinds_by_sop_class_else_modality(tmp_path: Path, sop_class: str, modality: str, kind: str, name: str) -> None:
    document = describe(written(tmp_path / "a", sop_class, modality))
    assert (document.kind, document.name) == (kind, name)
    assert read_text(document).startswith(name)


def test_files_without_an_image_beside_images_hide_nothing(tmp_path: Path) -> None:
    written(tmp_path / "b", EnhancedSRStorage, "SR")
    (tmp_path / "a.txt").write_text("hello")
    study = open_study(tmp_path)
    assert [document.file.name for document in study.documents] == ["b"]
    assert [refusal.file.name for refusal in study.refused] == ["a.txt"]


def test_exact_copies_are_listed_once_and_named(tmp_path: Path) -> None:
    first = written(tmp_path / "a", EnhancedSRStorage, "SR")
    for name in ("b", "c"):
        (tmp_path / name).write_bytes(first.read_bytes())
    written(tmp_path / "d", EnhancedSRStorage, "SR")
    study = open_study(tmp_path)
    assert [document.file.name for document in study.documents] == ["a", "d"], "d has an identity of its own"
    assert [(refusal.file.name, refusal.reason) for refusal in study.refused] == [
        ("b", "an exact copy of a, which is listed already"),
        ("c", "an exact copy of a, which is listed already"),
    ]


def reencoded(path: Path, old: bytes, new: bytes) -> Path:
    """The file with bytes of the same number in place of others: what no writer would let through."""
    data = path.read_bytes()
    assert data.count(old) == 1 and len(old) == len(new)
    path.write_bytes(data.replace(old, new))
    return path


@pytest.mark.parametrize(
    ("around", "inside", "stored", "shown"),
    [
        ("ISO_IR 144", None, "\u041c\u043e\u0437\u0433 1".encode("iso8859_5"), "\u041c\u043e\u0437\u0433 1"),
        ("ISO_IR 100", "ISO_IR 144", "\u041c\u043e\u0437\u0433 1".encode("iso8859_5"), "\u041c\u043e\u0437\u0433 1"),
        ("ISO_IR 192", None, "H\u00e9lio".encode(), "H\u00e9lio"),
        (["", "ISO 2022 IR 87"], None, b"\x1b$B;3ED\x1b(B1 ", "\u5c71\u75301"),
        (None, None, b"H\xe9lio ", "H\u00e9lio"),
    ],
)
def test_text_inside_a_report_is_in_its_own_character_set_or_the_one_around_it(
    tmp_path: Path, around, inside, stored: bytes, shown: str
) -> None:
    placeholder = "Q" * len(stored)
    child = content("TEXT", "Finding", TextValue=placeholder)
    if inside:
        child.SpecificCharacterSet = inside
    rest = {"SpecificCharacterSet": around} if around else {}
    path = written(tmp_path / "a", EnhancedSRStorage, "SR", ContentSequence=[child], **rest)
    text = read_text(describe(reencoded(path, placeholder.encode(), stored)))
    assert text.splitlines()[-1].strip() == f"Finding: {shown}"


def test_an_odd_character_set_is_told_above_the_text(tmp_path: Path) -> None:
    path = written(tmp_path / "a", EnhancedSRStorage, "SR")
    text = read_text(describe(reencoded(path, b"Curie^Maria", b"Curie^M\xe9ria")))
    assert "Patient: Curie Méria" in text
    assert "Note: text uses letters beyond ASCII without a declared character set or escape sequence" in text
