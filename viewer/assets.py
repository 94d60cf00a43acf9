"""Where the program's own data lies, and how it looks."""

from typing import TypeVar

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QAbstractSpinBox, QApplication

from viewer.places import resources

DISCLAIMER = "Research use and second reading only. Not a medical device."

BACKGROUND, SURFACE, RAISED, SELECTED = "#16181c", "#1f2227", "#2b2f36", "#2f4a68"
TEXT, MUTED, ACCENT, WARNING, ERROR = "#e8eaed", "#9aa0a8", "#4da3ff", "#f2b84b", "#ff6b60"
ON_ACCENT = "#08131f"
NOTICE_COLOURS = {"info": TEXT, "warning": WARNING, "error": ERROR}
"""Of a message, by its level."""
ICONS = (resources() / "icons").as_posix()
INSET_PX = 7
"""Of text in a field."""
SpinBox = TypeVar("SpinBox", bound=QAbstractSpinBox)

STYLE = f"""
QWidget {{ font-size: 13px; color: {TEXT}; }}
QMainWindow, QDialog {{ background: {BACKGROUND}; }}
QDockWidget {{ color: {MUTED}; font-weight: 600; }}
QDockWidget::title {{ background: {SURFACE}; padding: 7px 10px; }}
QToolBar {{ background: {SURFACE}; border: 0; padding: 4px; spacing: 2px; }}
QToolButton {{ padding: 6px 8px; border-radius: 5px; color: {TEXT}; }}
QToolBar QToolButton {{ padding: 3px 6px; font-size: 11px; }}
QToolButton::menu-indicator {{ subcontrol-position: right center; subcontrol-origin: padding; }}
QToolButton[popupMode="2"] {{ padding-right: 18px; }}
QToolButton:hover, QPushButton:hover {{ background: #3a4049; }}
QToolButton:checked {{ background: {ACCENT}; color: {ON_ACCENT}; }}
QToolButton:disabled, QPushButton:disabled, QLabel:disabled {{ color: {MUTED}; }}
QToolButton:checked:disabled {{ background: {RAISED}; color: {MUTED}; }}
QPushButton {{ background: {RAISED}; border: 1px solid #3a4049; border-radius: 5px; padding: 6px 12px; }}
QPushButton[primary="true"] {{ background: {ACCENT}; border-color: {ACCENT}; color: {ON_ACCENT}; font-weight: 600; }}
QPushButton[primary="true"]:disabled {{ background: {RAISED}; border-color: #3a4049; color: {MUTED}; }}
QPushButton[choice="true"] {{ padding: 5px 8px; text-align: left; }}
QPushButton:checked {{ background: {ACCENT}; border-color: {ACCENT}; color: {ON_ACCENT}; }}
QFrame[role="question"] {{ border: 1px solid transparent; border-left: 2px solid {RAISED}; }}
QFrame[role="question"]:focus {{ border: 1px solid {ACCENT}; border-left: 2px solid {ACCENT}; }}
QComboBox, QLineEdit, QSpinBox, QDoubleSpinBox {{
    background: {RAISED}; border: 1px solid #3a4049; border-radius: 5px; padding: 5px 8px;
    selection-background-color: {ACCENT}; placeholder-text-color: {MUTED}; }}
QComboBox:disabled, QLineEdit:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled, QCheckBox:disabled {{
    color: {MUTED}; }}
QComboBox::drop-down, QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{
    background: transparent; border: 0; width: 18px; }}
QComboBox::down-arrow, QAbstractSpinBox::down-arrow {{ image: url({ICONS}/down.svg); width: 9px; height: 9px; }}
QAbstractSpinBox::up-arrow {{ image: url({ICONS}/up.svg); width: 9px; height: 9px; }}
QPushButton:focus, QToolButton:focus, QComboBox:focus, QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus,
QSlider:focus {{ border: 1px solid {ACCENT}; }}
QPushButton[primary="true"]:focus {{ border: 2px solid {TEXT}; padding: 5px 11px; }}
QPushButton:checked:focus {{ border: 1px solid {TEXT}; }}
QTextEdit, QPlainTextEdit {{ border: 1px solid #3a4049; }}
QTextEdit:focus, QPlainTextEdit:focus {{ border: 1px solid {ACCENT}; }}
QCheckBox:focus, QRadioButton:focus {{ color: {ACCENT}; }}
QTreeView:focus, QListView:focus, QTableView:focus {{ border: 1px solid {ACCENT}; }}
QTabBar:focus {{ color: {ACCENT}; }}
QTabBar::tab:focus {{ border-bottom: 2px solid {ACCENT}; }}
QCheckBox::indicator, QTreeView::indicator, QListView::indicator {{
    width: 14px; height: 14px; border: 1px solid {MUTED}; border-radius: 3px; background: {RAISED}; }}
QCheckBox::indicator:checked, QTreeView::indicator:checked, QListView::indicator:checked {{
    background: {ACCENT}; border-color: {ACCENT}; }}
QCheckBox::indicator:disabled {{ border-color: #4a505a; }}
QTreeWidget, QListView {{ background: {SURFACE}; border: 0; outline: 0; }}
QTreeWidget::item, QListView::item {{ padding: 5px 4px; }}
QTreeWidget::item:selected, QListView::item:selected {{ background: {SELECTED}; color: {TEXT}; }}
QTabWidget::pane {{ border: 0; background: {SURFACE}; }}
QTabBar::tab {{ background: {BACKGROUND}; color: {MUTED}; padding: 8px 3px; }}
QTabBar::tab:selected {{ background: {SURFACE}; color: {TEXT}; border-top: 2px solid {ACCENT}; }}
QStatusBar {{ background: {SURFACE}; }}
QStatusBar::item {{ border: 0; }}
QProgressBar {{ background: {RAISED}; border: 0; border-radius: 4px; text-align: center; min-height: 16px; }}
QProgressBar::chunk {{ background: #2f6ba8; border-radius: 4px; }}
QSlider::groove:horizontal {{ height: 4px; background: {RAISED}; border-radius: 2px; }}
QSlider::handle:horizontal {{ background: {ACCENT}; width: 14px; margin: -5px 0; border-radius: 7px; }}
QSlider::handle:horizontal:disabled {{ background: #4a505a; }}
QToolTip {{ background: {RAISED}; color: {TEXT}; border: 1px solid #3a4049; padding: 4px; }}
QMenuBar, QMenu {{ background: {SURFACE}; }}
QMenuBar::item {{ padding: 5px 10px; }}
QMenu::item {{ padding: 6px 26px; }}
QMenuBar::item:selected, QMenu::item:selected {{ background: {SELECTED}; }}
QMenu::item:disabled {{ color: {MUTED}; }}
QLabel[role="muted"] {{ color: {MUTED}; }}
QLabel[role="heading"] {{ font-weight: 600; padding-top: 6px; }}
QLabel[role="warning"] {{ color: {WARNING}; }}
QLabel[role="error"] {{ color: {ERROR}; }}
"""


def inset(box: SpinBox) -> SpinBox:
    """``box`` with its text as far from the edge as in other fields: the style sheet does not reach it."""
    box.lineEdit().setTextMargins(INSET_PX, 0, 0, 0)
    return box


def apply_theme(application: QApplication) -> None:
    """Dark on every platform; the offscreen platform ignores the system's colour scheme."""
    application.setStyle("Fusion")
    palette = QPalette()
    roles = QPalette.ColorRole
    for role, colour in (
        (roles.Window, SURFACE),
        (roles.WindowText, TEXT),
        (roles.Base, BACKGROUND),
        (roles.AlternateBase, SURFACE),
        (roles.Text, TEXT),
        (roles.Button, RAISED),
        (roles.ButtonText, TEXT),
        (roles.Highlight, ACCENT),
        (roles.HighlightedText, ON_ACCENT),
        (roles.ToolTipBase, RAISED),
        (roles.ToolTipText, TEXT),
        (roles.PlaceholderText, MUTED),
    ):
        palette.setColor(role, QColor(colour))
    application.setPalette(palette)
    application.setStyleSheet(STYLE)
