"""The tree of studies while a folder is indexed: a series that grew replaces what was known of it."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QModelIndex

from imaging.geometry import Geometry
from imaging.library.catalogued import CataloguedStudy
from imaging.study import Patient, Series
from viewer.panels.study_model import StudyModel

STUDY = CataloguedStudy("study", "patient", Patient("1", "A"), series=1, images=128)


def series_of(slices: int) -> Series:
    files = tuple(Path(f"{k}.dcm") for k in range(slices))
    return Series("1.2", "volume", "DICOM", files, (slices, 2, 2), Geometry((slices, 2, 2)))


def test_a_series_that_grew_has_one_row_also_where_the_tree_asks_at_once():
    known = [series_of(128)]
    model = StudyModel(lambda _: tuple(known))
    rows: list[int] = []
    model.rowsInserted.connect(lambda _, first, last: rows.append(last - first + 1))
    model.rowsRemoved.connect(lambda _, first, last: rows.append(first - last - 1))
    model.rowsRemoved.connect(lambda parent, *_: model.fetchMore(parent))  # as a tree that lays out its rows
    model.show([STUDY])
    model.fetchMore(model.index_of("study"))
    for slices in (256, 300):
        known[0] = series_of(slices)
        model.show([replace(STUDY, images=slices)])
        study = model.index_of("study")
        assert not model.canFetchMore(study), "nobody fetches a second time what the tree has"
        assert sum(rows) == model.rowCount(study) == 1
        assert shown(model, model.index(0, 0, study)) == slices


def test_the_chosen_series_is_found_again_as_it_is_now():
    known = [series_of(128)]
    model = StudyModel(lambda _: tuple(known))
    model.show([STUDY])
    model.fetchMore(model.index_of("study"))
    chosen = model.node(model.index(0, 0, model.index_of("study")))
    assert chosen is not None
    known[0] = series_of(300)
    model.show([replace(STUDY, images=300)])
    assert not model.find(chosen.key).isValid(), "what is no row any more is never pointed at"
    model.fetchMore(model.index_of("study"))
    assert shown(model, model.find(chosen.key)) == 300


def shown(model: StudyModel, index: QModelIndex) -> int:
    node = model.node(index)
    assert node is not None and isinstance(node.value, Series)
    return node.value.frames
