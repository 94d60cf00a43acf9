"""Key images of the open study: small pictures with notes; shown again, taken away, written for others."""

from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from imaging.key_image import KeyImage
from viewer.commands.marking import SMALL_PX, Marking
from viewer.commands.selecting import Selecting
from viewer.dialogs.buttons import button
from viewer.state.key_images import KeyImages
from viewer.state.marks import CornerText

_UID = Qt.ItemDataRole.UserRole


class KeyImageList(QDialog):
    """Lists the key images; choosing one shows it."""

    def __init__(self, state: KeyImages, marking: Marking, selecting: Selecting, parent: QWidget) -> None:
        super().__init__(parent)
        self._state, self._marking, self._selecting = state, marking, selecting
        self.setWindowTitle("Key images")
        self.resize(720, 520)
        self.rows = QListWidget()
        self.rows.setViewMode(QListWidget.ViewMode.IconMode)
        self.rows.setIconSize(QSize(SMALL_PX, SMALL_PX))
        self.rows.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.rows.setMovement(QListWidget.Movement.Static)
        self.rows.setSpacing(8)
        self.note = QLineEdit()
        self.rows.setAccessibleName("Key images")
        self.note.setAccessibleName("Note on the chosen key image")
        self.note.setPlaceholderText("Note on the chosen key image")
        self.note.setMaxLength(200)
        self.drawn = QCheckBox("Measurements, masks and lines in the picture")
        self.drawn.setChecked(True)
        self.named = QCheckBox("Patient's name and data in the picture")
        self.said = QLabel()
        self.said.setProperty("role", "muted")
        self._lay_out()
        self.rows.itemActivated.connect(lambda _: self.show_chosen())
        self.rows.itemClicked.connect(lambda _: self.show_chosen())
        self.rows.itemSelectionChanged.connect(self._show_note)
        self.note.editingFinished.connect(self._keep_note)
        state.changed.connect(self._fill)
        self._fill()

    def open_anew(self) -> None:
        """Show the key images of the open study, in front of what is open."""
        self.show()
        self.activateWindow()

    @property
    def chosen(self) -> str:
        """The uid of the chosen key image; empty without."""
        chosen = self.rows.selectedItems()
        return str(chosen[0].data(_UID)) if chosen else ""

    def show_chosen(self) -> None:
        """Show the chosen key image in the active viewport."""
        self._marking.show(self.chosen)

    def write_picture(self, path: Path) -> None:
        """Write the chosen key image as PNG; patient data only where it was asked for."""
        text: CornerText = "all" if self.named.isChecked() else "few" if self.drawn.isChecked() else "none"
        self._marking.export_picture(self.chosen, path, text, self.drawn.isChecked())

    def _lay_out(self) -> None:
        options = QGridLayout()
        options.addWidget(self.drawn, 0, 0)
        options.addWidget(self.named, 1, 0)
        buttons = QHBoxLayout()
        buttons.addWidget(self.said, 1)
        self.choosing = [
            button("Show", self.show_chosen),
            button("Delete", lambda: self._marking.remove(self.chosen)),
            button("Export PNG…", self._ask_picture),
        ]
        for each in self.choosing:
            buttons.addWidget(each)
        self.export = button("Export DICOM…", self._ask_document)
        self.export.setToolTip("A Key Object Selection that names the images in their archive")
        buttons.addWidget(self.export)
        taking = button("Import DICOM…", self._ask_selection)
        taking.setToolTip("Marks the images of this study that a Key Object Selection names")
        buttons.addWidget(taking)
        buttons.addWidget(button("Close", self.close))
        layout = QVBoxLayout(self)
        layout.addWidget(self.rows, 1)
        layout.addWidget(self.note)
        layout.addLayout(options)
        layout.addLayout(buttons)

    def _fill(self) -> None:
        chosen = self.chosen
        self.rows.clear()
        for number, marked in enumerate(self._state.all, 1):
            item = QListWidgetItem(_icon(marked.picture), _title(number, marked.key_image), self.rows)
            item.setData(_UID, marked.key_image.uid)
            item.setSizeHint(QSize(SMALL_PX + 24, SMALL_PX + 48))
            if marked.key_image.uid == chosen:
                self.rows.setCurrentItem(item)
        count = len(self._state.all)
        some = "1 key image" if count == 1 else f"{count} key images"
        self.said.setText(some if count else "None yet: key K marks the shown image")
        self._show_note()

    def _show_note(self) -> None:
        found = self._state.find(self.chosen)
        self.note.setEnabled(found is not None)
        self.note.setText("" if found is None else found.key_image.note)
        for each in self.choosing:
            each.setEnabled(found is not None)
        self.export.setEnabled(bool(self._state.all))

    def _keep_note(self) -> None:
        if self.chosen:
            self._marking.note(self.chosen, self.note.text().strip())

    def _ask_picture(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, "Export the key image", "key-image.png", "PNG (*.png)")
        if name:
            self.write_picture(Path(name))

    def _ask_document(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, "Export the key images", "key-images.dcm", "DICOM (*.dcm)")
        if name:
            self._selecting.write(Path(name))

    def _ask_selection(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Import key images", "", "DICOM (*.dcm);;All files (*)")
        if name:
            self._selecting.read(Path(name))


def _icon(picture: bytes) -> QIcon:
    pixmap = QPixmap()
    pixmap.loadFromData(picture)
    return QIcon(pixmap)


def _title(number: int, key_image: KeyImage) -> str:
    plane = "Slice" if key_image.plane == "stored" else key_image.plane.capitalize()
    return f"{number} · {plane} {key_image.k + 1}" + (f"\n{key_image.note}" if key_image.note else "")
