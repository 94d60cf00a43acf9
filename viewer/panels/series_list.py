"""The list of what was opened: patients, their series, and the files that were refused."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from imaging.study import Document, Patient, Series, Study
from viewer.commands.overlaying import Overlaying
from viewer.commands.reading import Reading
from viewer.panels.layout import plain_tip
from viewer.state.session import Session

_UID = Qt.ItemDataRole.UserRole
_DOCUMENT = Qt.ItemDataRole.UserRole + 1
_KINDS = {
    "report": "Report",
    "pdf": "PDF document",
    "waveform": "Waveform",
    "plan": "Plan or structures",
    "presentation": "Presentation state",
    "segmentation": "Segmentation",
    "other": "Other object",
}
_UNITS = {"volume": "slices", "image": "image", "clip": "frames"}


class SeriesList(QWidget):
    """Series and documents by patient; a click loads the one and shows the other as text."""

    def __init__(self, session: Session, reading: Reading, overlaying: Overlaying) -> None:
        super().__init__()
        self._session, self._reading, self._overlaying = session, reading, overlaying
        self.tree = QTreeWidget()
        self.tree.setHeaderHidden(True)
        self.tree.setIndentation(12)
        self.tree.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.tree.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.tree.itemClicked.connect(self._clicked)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.tree)
        session.study_changed.connect(self._fill)
        session.volume_changed.connect(self._mark)

    def _fill(self) -> None:
        self.tree.clear()
        study = self._session.study
        if study is None:
            return
        for patient, members in _by_patient(study).items():
            parent = _item(patient)
            self.tree.addTopLevelItem(parent)
            for each in members:
                parent.addChild(_listed_item(each, study))
        if study.refused:
            self.tree.addTopLevelItem(_refused_item(study))
        for row in range(self.tree.topLevelItemCount()):
            item = self.tree.topLevelItem(row)
            if item is not None:
                item.setExpanded(item.childCount() < 60)
        for item in self._series_items():
            item.setExpanded(True)

    def _mark(self) -> None:
        shown = self._session.series.uid if self._session.series else None
        for item in self._series_items():
            if item.data(0, _UID) == shown and shown is not None:
                self.tree.setCurrentItem(item)
                self.tree.scrollToItem(item)

    def _series_items(self) -> list[QTreeWidgetItem]:
        parents = [self.tree.topLevelItem(row) for row in range(self.tree.topLevelItemCount())]
        found = (parent.child(row) for parent in parents if parent for row in range(parent.childCount()))
        return [item for item in found if item is not None]

    def _clicked(self, item: QTreeWidgetItem) -> None:
        uid, document = item.data(0, _UID), item.data(0, _DOCUMENT)
        if uid and self._session.study is not None:
            self._reading.load(self._session.study.find(uid))
        elif isinstance(document, Document) and self._session.study is not None:
            if self._session.study.source_of(document) is None:
                self._reading.show_document(document)
            else:
                self._overlaying.show(document)


def _by_patient(study: Study) -> dict[str, list[Series | Document]]:
    """Series, then documents, by the name of the patient; masks whose images are here are listed under those."""
    masks = [each for each in study.documents if study.source_of(each) is not None]
    files = {each.file for each in masks}
    groups: dict[str, list[Series | Document]] = {}
    for each in (*study.series, *study.documents):
        if each not in masks and not (isinstance(each, Series) and files.issuperset(each.files)):
            groups.setdefault(_title(each.patient), []).append(each)
    return groups


def _listed_item(listed: Series | Document, study: Study) -> QTreeWidgetItem:
    """A series with the masks made from it, or a document."""
    if isinstance(listed, Document):
        return _document_item(listed)
    item = _series_item(listed)
    item.addChildren([_mask_item(each) for each in study.documents if study.source_of(each) is listed])
    return item


def _mask_item(document: Document) -> QTreeWidgetItem:
    item = _item(f"▣ {document.title or document.file.name}\nSegmentation · {document.file.name}")
    item.setData(0, _DOCUMENT, document)
    item.setToolTip(0, plain_tip(f"A click shows this mask over its images; A accepts it\n{document.file.name}"))
    return item


def _title(patient: Patient) -> str:
    return patient.name or patient.id or "No patient name"


def _document_item(document: Document) -> QTreeWidgetItem:
    kind = _KINDS[document.kind]
    item = _item(f"≡ {document.title or document.file.name}\n{kind} · {document.name.removesuffix(' Storage')}")
    item.setData(0, _DOCUMENT, document)
    item.setToolTip(0, plain_tip(f"{kind}: a click shows it as text\n{document.file.name}"))
    return item


def _series_item(series: Series) -> QTreeWidgetItem:
    title = series.description or (series.files[0].name if series.files else "series")
    frames, rows, columns = series.shape_kji
    size = f"{columns}×{rows}" if frames == 1 else f"{frames} {_UNITS[series.kind]}, {columns}×{rows}"
    if frames > 1 and series.kind == "image":
        size = f"{frames} images, {columns}×{rows}"
    warning = "  ⚠" if series.warnings else ""
    phase = series.phase.name if series.phase else ""
    item = _item(f"{title}{warning}\n{' · '.join(part for part in (phase, series.modality, size) if part)}")
    item.setData(0, _UID, series.uid)
    item.setToolTip(0, plain_tip("\n".join((title, *series.warnings))))
    return item


def _refused_item(study: Study) -> QTreeWidgetItem:
    parent = _item(f"Not opened ({len(study.refused)})")
    for refusal in study.refused:
        child = _item(f"{refusal.file.name}\n{refusal.reason}")
        child.setToolTip(0, plain_tip(f"{refusal.file}\n{refusal.reason}"))
        parent.addChild(child)
    return parent


def _item(text: str) -> QTreeWidgetItem:
    item = QTreeWidgetItem([text])
    item.setToolTip(0, plain_tip(text))
    return item
