"""The list of what was opened: patients, their series, and the files that were refused."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QMimeData, QSize, Qt
from PySide6.QtGui import QIcon, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from imaging.formats.archives import member_path
from imaging.library.catalogued import patient_key
from imaging.study import Document, Series, Study
from viewer.commands.overlaying import Overlaying
from viewer.commands.reading import Reading
from viewer.commands.thumbnailing import Thumbnailing
from viewer.panels.layout import plain_tip
from viewer.panels.study_delegate import PICTURE_PX, pixmap
from viewer.panels.study_words import patient_name, series_lines, series_title, spoken_date
from viewer.state.session import SERIES_MIME, Session
from viewer.state.studies import Studies

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


_OPENS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_OWN = (*_OPENS, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right)
_PLAIN = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)


class SeriesTree(QTreeWidget):
    """Rows with pictures, out of which series can be dragged to a viewport.

    A click leaves the keyboard with the picture; Tab brings it here, then arrows move and Enter opens.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setIconSize(QSize(PICTURE_PX, PICTURE_PX))
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("Open series")

    def event(self, event: QEvent) -> bool:
        """Keep the keys of the list from the window's shortcuts."""
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and event.key() in _OWN
            and event.modifiers() in _PLAIN
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter does what a click does."""
        item = self.currentItem()
        if event.key() in _OPENS and item is not None:
            self.itemClicked.emit(item, 0)
        else:
            super().keyPressEvent(event)

    def mimeTypes(self) -> list[str]:
        return [SERIES_MIME]

    def mimeData(self, items: Sequence[QTreeWidgetItem]) -> QMimeData:
        """The uid of the dragged series."""
        data = QMimeData()
        uids = [item.data(0, _UID) for item in items if item.data(0, _UID)]
        if uids:
            data.setData(SERIES_MIME, str(uids[0]).encode())
        return data


class SeriesList(QWidget):
    """Series and documents by patient and study; a click loads the one and shows the other as text."""

    def __init__(
        self, session: Session, reading: Reading, overlaying: Overlaying, studies: Studies, thumbnailing: Thumbnailing
    ) -> None:
        super().__init__()
        self._session, self._reading, self._overlaying = session, reading, overlaying
        self._studies, self._thumbnailing = studies, thumbnailing
        self.tree = SeriesTree()
        self.tree.setHeaderHidden(True)
        self.tree.setIndentation(12)
        self.tree.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.tree.itemClicked.connect(self._clicked)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.tree)
        session.study_changed.connect(self._fill)
        session.volume_changed.connect(self._mark)
        studies.picture_made.connect(self._show_picture)

    def _fill(self) -> None:
        self.tree.clear()
        study = self._session.study
        if study is None:
            return
        for patient, members in by_study(study):
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
        for series in reversed(study.series):  # the last one asked for is made first
            self._show_picture(series.uid)
            self._thumbnailing.want(series)

    def _show_picture(self, uid: str) -> None:
        path = self._studies.pictures.get(uid)
        picture = None if path is None else pixmap(path)
        for item in self._series_items() if picture is not None else ():
            if item.data(0, _UID) == uid:
                item.setIcon(0, _icon(picture))

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


def by_study(study: Study) -> list[tuple[str, list[Series | Document]]]:
    """A title for each study and what is listed under it: series, then documents; masks whose images are here
    are left out, as they are listed under those.

    Two patients of one name stand apart; the studies of one patient are told by their dates.
    """
    masks = [each for each in study.documents if study.source_of(each) is not None]
    files = {each.file for each in masks}
    groups: dict[tuple[str, str, str], list[Series | Document]] = {}
    for each in (*study.series, *study.documents):
        if each not in masks and not (isinstance(each, Series) and files.issuperset(each.files)):
            patient = patient_key(each.patient, each.study_uid)
            groups.setdefault((patient, each.study_uid, patient_name(each.patient)), []).append(each)
    patients = [patient for patient, _, _ in groups]
    return [
        (name if patients.count(patient) == 1 else f"{name} · {_date(members)}", members)
        for (patient, _, name), members in groups.items()
    ]


def _date(members: Sequence[Series | Document]) -> str:
    dates = (each.study_date for each in members if isinstance(each, Series) and each.study_date)
    return spoken_date(next(dates, "")) or "no date"


def _listed_item(listed: Series | Document, study: Study) -> QTreeWidgetItem:
    """A series with the masks made from it, or a document."""
    if isinstance(listed, Document):
        return _document_item(listed)
    item = _series_item(listed)
    item.addChildren([_mask_item(each) for each in study.documents if study.source_of(each) is listed])
    return item


def _mask_item(document: Document) -> QTreeWidgetItem:
    kind = {"segmentation": "Segmentation", "presentation": "Presentation state"}.get(document.kind, "Structures")
    item = _item(f"▣ {document.title or document.file.name}\n{kind} · {document.file.name}")
    item.setData(0, _DOCUMENT, document)
    is_state = document.kind == "presentation"
    does = "shows the images as it says" if is_state else "shows this mask over its images; A accepts it"
    item.setToolTip(0, plain_tip(f"A click {does}\n{document.file.name}"))
    return item


def _document_item(document: Document) -> QTreeWidgetItem:
    kind = _KINDS[document.kind]
    item = _item(f"≡ {document.title or document.file.name}\n{kind} · {document.name.removesuffix(' Storage')}")
    item.setData(0, _DOCUMENT, document)
    item.setToolTip(0, plain_tip(f"{kind}: a click shows it as text\n{document.file.name}"))
    return item


def _series_item(series: Series) -> QTreeWidgetItem:
    item = _item("\n".join(series_lines(series)))
    item.setData(0, _UID, series.uid)
    item.setIcon(0, _icon(None))
    item.setToolTip(0, plain_tip("\n".join((series_title(series), *series.warnings))))
    return item


def _icon(picture: QPixmap | None) -> QIcon:
    """The picture in the middle of a black square, so that all texts begin at one line; not tinted when selected."""
    square = QPixmap(PICTURE_PX * 2, PICTURE_PX * 2)
    square.fill(Qt.GlobalColor.black)
    if picture is not None:
        painter = QPainter(square)
        place = picture.rect()
        place.moveCenter(square.rect().center())
        painter.drawPixmap(place, picture)
        painter.end()
    icon = QIcon(square)
    icon.addPixmap(square, QIcon.Mode.Selected)
    return icon


def _refused_item(study: Study) -> QTreeWidgetItem:
    parent = _item(f"Not opened ({len(study.refused)})")
    for refusal in study.refused:
        child = _item(f"{refusal.file.name}\n{refusal.reason}")
        child.setToolTip(0, plain_tip(f"{member_path(study.path, refusal.file)}\n{refusal.reason}"))
        parent.addChild(child)
    return parent


def _item(text: str) -> QTreeWidgetItem:
    item = QTreeWidgetItem([text])
    item.setToolTip(0, plain_tip(text))
    return item
