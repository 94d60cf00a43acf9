"""The listed studies as a tree for Qt: patients, their studies from the newest on, the series of each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QMimeData, QModelIndex, QObject, QPersistentModelIndex, Qt

from imaging.library.catalogued import CataloguedStudy
from imaging.study import Patient, Series
from viewer.panels.layout import plain_tip
from viewer.panels.study_words import patient_lines, series_lines, study_lines
from viewer.state.session import SERIES_MIME

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class PatientRow:
    """A patient with the number of studies that are listed."""

    key: str
    patient: Patient
    studies: int


@dataclass(eq=False)
class Node:
    """One row of the tree; ``children`` is None while the series of a study were not asked for."""

    value: PatientRow | CataloguedStudy | Series
    parent: "Node | None" = None
    row: int = 0
    children: "list[Node] | None" = field(default_factory=list)

    @property
    def key(self) -> str:
        """Identity of the row, which stays when the list is read anew."""
        if isinstance(self.value, Series):
            return f"{self.parent.key if self.parent else ''} {self.value.uid}"
        return f"{type(self.value).__name__} {self.value.key}"


class StudyModel(QAbstractItemModel):
    """Ten thousand studies without delay: series are read when a study is unfolded.

    Args:
        series_of: gives the series of a study by its key.
    """

    def __init__(self, series_of: Callable[[str], Sequence[Series]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._series_of = series_of
        self._patients: list[Node] = []
        self._studies: dict[str, Node] = {}
        self._series: dict[str, list[Node]] = {}

    def show(self, studies: Sequence[CataloguedStudy]) -> None:
        """List these studies, patients in the order of their first one. Where only details are new, rows stay."""
        if [study.key for study in studies] == list(self._studies):
            self._renew(studies)
            return
        self.beginResetModel()
        self._patients, self._studies, self._series = [], {}, {}
        groups: dict[str, list[CataloguedStudy]] = {}
        for study in studies:
            groups.setdefault(study.patient_key, []).append(study)
        for row, (key, members) in enumerate(groups.items()):
            patient = Node(PatientRow(key, members[0].patient, len(members)), None, row)
            patient.children = [Node(study, patient, n, None) for n, study in enumerate(members)]
            self._patients.append(patient)
            self._studies.update({study.key: node for study, node in zip(members, patient.children, strict=True)})
        self._studies = {study.key: self._studies[study.key] for study in studies}
        self.endResetModel()

    def picture_made(self, uid: str) -> None:
        """Draw the rows of a series anew."""
        for node in self._series.get(uid, []):
            self._changed(node)

    def node(self, index: Index) -> Node | None:
        """What stands in a row."""
        return index.internalPointer() if index.isValid() else None

    def index_of(self, key: str) -> QModelIndex:
        """Where the study with this key stands; invalid when it is not listed."""
        node = self._studies.get(key)
        return self._index(node) if node is not None else QModelIndex()

    def find(self, node_key: str) -> QModelIndex:
        """Where the row with this :attr:`Node.key` stands now; invalid when it is gone, or not unfolded."""
        series = (node for nodes in self._series.values() for node in nodes)
        for node in (*self._patients, *self._studies.values(), *series):
            if node.key == node_key:
                return self._index(node)
        return QModelIndex()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own default
        return len(self._children(parent))

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own default
        del parent
        return 1

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008  Qt's own
        children = self._children(parent)
        return self.createIndex(row, column, children[row]) if 0 <= row < len(children) else QModelIndex()

    def parent(self, index: Index) -> QModelIndex:  # pyright: ignore[reportIncompatibleMethodOverride]  QObject has one too
        node = self.node(index)
        return QModelIndex() if node is None or node.parent is None else self._index(node.parent)

    def hasChildren(self, parent: Index = QModelIndex()) -> bool:  # noqa: B008  Qt's own default
        node = self.node(parent)
        if node is None:
            return bool(self._patients)
        return not isinstance(node.value, Series) and (node.children is None or bool(node.children))

    def canFetchMore(self, parent: Index) -> bool:
        node = self.node(parent)
        return node is not None and node.children is None

    def fetchMore(self, parent: Index) -> None:
        """Read the series of a study."""
        node = self.node(parent)
        if node is None or not isinstance(node.value, CataloguedStudy):
            return
        found = self._series_of(node.value.key)
        node.children = []
        if found:
            self.beginInsertRows(self._index(node), 0, len(found) - 1)
            node.children = [Node(series, node, row) for row, series in enumerate(found)]
            for child in node.children:
                if isinstance(child.value, Series):
                    self._series.setdefault(child.value.uid, []).append(child)
            self.endInsertRows()

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        node = self.node(index)
        if node is None:
            return None
        if role == Qt.ItemDataRole.UserRole:
            return node.value
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return "\n".join(_lines(node.value))
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip("\n".join(_lines(node.value)))
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        node = self.node(index)
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsDragEnabled if node and isinstance(node.value, Series) else flags

    def mimeTypes(self) -> list[str]:
        return [SERIES_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """The uid of the dragged series."""
        nodes = [self.node(index) for index in indexes]
        uids = [node.value.uid for node in nodes if node and isinstance(node.value, Series)]
        data = QMimeData()
        if uids:
            data.setData(SERIES_MIME, uids[0].encode())
        return data

    def _renew(self, studies: Sequence[CataloguedStudy]) -> None:
        for study in studies:
            node = self._studies[study.key]
            if node.value != study:
                grown = isinstance(node.value, CataloguedStudy) and node.value.images != study.images
                node.value = study
                if grown:
                    self._fold(node)
                self._changed(node)

    def _fold(self, node: Node) -> None:
        """Forget the series of a study that has others now."""
        gone = node.children or []
        for uid, nodes in self._series.items():
            self._series[uid] = [each for each in nodes if each not in gone]
        if not gone:
            node.children = None
            return
        self.beginRemoveRows(self._index(node), 0, len(gone) - 1)
        node.children = None
        self.endRemoveRows()  # the tree may ask for the new ones at once

    def _children(self, parent: Index) -> list[Node]:
        node = self.node(parent)
        return self._patients if node is None else node.children or []

    def _index(self, node: Node) -> QModelIndex:
        return self.createIndex(node.row, 0, node)

    def _changed(self, node: Node) -> None:
        index = self._index(node)
        self.dataChanged.emit(index, index)


def _lines(value: PatientRow | CataloguedStudy | Series) -> tuple[str, str]:
    if isinstance(value, PatientRow):
        return patient_lines(value.patient, value.studies)
    return study_lines(value) if isinstance(value, CataloguedStudy) else series_lines(value)
