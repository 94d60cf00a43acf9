"""How the active viewport looks at its volume: slab, fusion, playing, phases, and what viewports do together."""

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLabel, QSlider, QWidget

from imaging.colour_tables import COLOUR_TABLES
from imaging.study import Phase, Series
from imaging.volume import Volume, Window
from viewer.commands.fusing import Fusing
from viewer.commands.reading import Reading
from viewer.panels.layout import column, heading, muted, number_box, percent_slider, plain
from viewer.state.fusion import Fusion
from viewer.state.links import Follow, Links
from viewer.state.presets import unit_per_value
from viewer.state.session import Session
from viewer.state.view import Projection

FIRST_SLAB_MM, THICKEST_MM = 10.0, 500.0
_SLABS: tuple[tuple[str, Projection | None], ...] = (
    ("Single plane", None),
    ("Brightest (MIP)", "max"),
    ("Darkest (MinIP)", "min"),
    ("Mean", "mean"),
)
_FOLLOW: tuple[tuple[str, Follow], ...] = (
    ("Each for itself", "off"),
    ("By place in the patient", "position"),
    ("Keep the distance", "offset"),
)
_SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0)
_NONE = "None"


class ViewPanel(QWidget):
    """Controls of the active viewport."""

    def __init__(self, session: Session, links: Links, fusing: Fusing, reading: Reading) -> None:
        super().__init__()
        self._session, self._links, self._fusing, self._reading = session, links, fusing, reading
        self._candidates: tuple[Series, ...] = ()
        self._make_slab()
        self._make_fusion()
        self._make_clip()
        self._make_links()
        self._lay_out()
        for signal in (
            session.view_changed,
            session.volume_changed,
            session.playing_changed,
            session.study_changed,
            links.changed,
        ):
            signal.connect(self._show)
        self._show()

    def _make_slab(self) -> None:
        self.slab = QComboBox()
        self.slab.addItems([text for text, _ in _SLABS])
        self.slab.activated.connect(self._choose_slab)
        self.thickness = number_box(0.0, THICKEST_MM, " mm")
        self.thickness.valueChanged.connect(lambda mm: self._session.view.set_slab(mm))

    def _make_fusion(self) -> None:
        self.fused = QComboBox()
        self.fused.activated.connect(self._choose_fused)
        self.colours = QComboBox()
        self.colours.addItems(list(COLOUR_TABLES))
        self.colours.activated.connect(lambda _: self._fusing.set_colours(self.colours.currentText()))
        self.opacity = percent_slider(0.5, self._fusing.set_opacity)
        self.low, self.high = number_box(-1e6, 1e6), number_box(-1e6, 1e6)
        for end in (self.low, self.high):
            end.valueChanged.connect(self._choose_ends)

    def _make_clip(self) -> None:
        self.speed = QComboBox()
        self.speed.addItems([f"{speed:g} ×" for speed in _SPEEDS])
        self.speed.activated.connect(lambda at: self._session.view.set_speed(_SPEEDS[at]))
        self.sweep = QCheckBox("To and fro")
        self.sweep.toggled.connect(lambda on: self._session.view.set_sweep(on))
        self.dropped = muted()
        self.phase = QSlider(Qt.Orientation.Horizontal)
        self.phase.valueChanged.connect(self._reading.go_to_phase)
        self.phase_text = plain()

    def _make_links(self) -> None:
        self.follow = QComboBox()
        self.follow.addItems([text for text, _ in _FOLLOW])
        self.follow.activated.connect(lambda at: self._links.set_follow(_FOLLOW[at][1]))
        self.link_window = QCheckBox("Window together")
        self.link_window.toggled.connect(self._links.set_window)
        self.link_zoom = QCheckBox("Zoom and pan together")
        self.link_zoom.toggled.connect(self._links.set_zoom)

    def _lay_out(self) -> None:
        layout = column(self)
        sections: tuple[tuple[str, tuple[tuple[str, QWidget], ...]], ...] = (
            ("Thick slab", (("Through", self.slab), ("Thickness", self.thickness))),
            (
                "Fusion",
                (
                    ("Over it", self.fused),
                    ("Colours", self.colours),
                    ("Opacity", self.opacity),
                    ("Clear below", self.low),
                    ("Full above", self.high),
                ),
            ),
            ("Playing", (("Speed", self.speed), ("", self.sweep), ("", self.dropped))),
            ("Phases", ((" ", self.phase), ("", self.phase_text))),
            ("Viewports together", (("Scrolling", self.follow), ("", self.link_window), ("", self.link_zoom))),
        )
        for title, rows in sections:
            layout.addWidget(heading(title))
            grid = QGridLayout()
            grid.setColumnStretch(1, 1)
            for row, (text, widget) in enumerate(rows):
                label = QLabel(text)
                label.setBuddy(widget)
                grid.addWidget(label, row, 0)
                grid.addWidget(widget, row, 1)
            layout.addLayout(grid)

    def _choose_slab(self, at: int) -> None:
        how, view = _SLABS[at][1], self._session.view
        view.set_slab(0.0 if how is None else view.slab_mm or FIRST_SLAB_MM, how)

    def _choose_fused(self, at: int) -> None:
        self._fusing.fuse(None if at == 0 else self._candidates[at - 1])

    def _choose_ends(self) -> None:
        fusion = self._session.view.fusion
        if fusion is None:
            return
        factor = unit_per_value(fusion.opened.volume)
        low, high = self.low.value() / factor, self.high.value() / factor
        self._fusing.set_window(Window((low + high) / 2, high - low, "", "LINEAR_EXACT"))

    def _show(self) -> None:
        session, view = self._session, self._session.view
        blockers = [QSignalBlocker(widget) for widget in self.findChildren(QWidget)]
        slab = next((at for at, (_, how) in enumerate(_SLABS) if how == view.projection), 0)
        self.slab.setCurrentIndex(slab if view.slab_mm > 0 else 0)
        self.thickness.setValue(view.slab_mm)
        for widget in (self.slab, self.thickness):
            widget.setEnabled(session.active.can_cut)
        self._show_fusion()
        several = session.volume is not None and view.frames > 1
        self.speed.setCurrentIndex(_SPEEDS.index(view.speed) if view.speed in _SPEEDS else -1)
        self.sweep.setChecked(view.sweep)
        self.dropped.setText(f"{view.dropped} frames dropped" if view.playing and view.dropped else "")
        for widget in (self.speed, self.sweep):
            widget.setEnabled(several)
        self._show_phases()
        self.follow.setCurrentIndex([how for _, how in _FOLLOW].index(self._links.follow))
        self.link_window.setChecked(self._links.window)
        self.link_zoom.setChecked(self._links.zoom)
        del blockers

    def _show_fusion(self) -> None:
        fusion, candidates = self._session.view.fusion, self._fusing.candidates
        if candidates != self._candidates or self.fused.count() == 0:
            self._candidates = candidates
            self.fused.clear()
            self.fused.addItems([_NONE, *(each.description or each.modality or each.uid for each in candidates)])
        over = None if fusion is None else fusion.opened.series
        self.fused.setCurrentIndex(candidates.index(over) + 1 if over in candidates else 0)
        self.fused.setEnabled(bool(candidates))
        self.colours.setCurrentText(Fusion.colours if fusion is None else fusion.colours)
        self.opacity.setValue(round((Fusion.opacity if fusion is None else fusion.opacity) * 100))
        self._show_ends(fusion)
        for widget in (self.colours, self.opacity, self.low, self.high):
            widget.setEnabled(fusion is not None)

    def _show_ends(self, fusion: Fusion | None) -> None:
        """Both ends of the window in the unit that windows of such images have; empty without fusion."""
        for box in (self.low, self.high):
            box.setSuffix("" if fusion is None else _unit_suffix(fusion.opened.volume))
            box.clear()
        if fusion is not None:
            factor = unit_per_value(fusion.opened.volume)
            self.low.setValue(fusion.window.low * factor)
            self.high.setValue(fusion.window.high * factor)

    def _show_phases(self) -> None:
        phase = self._session.series.phase if self._session.series else None
        self.phase.setEnabled(phase is not None)
        self.phase.setRange(0, phase.count - 1 if phase else 0)
        self.phase.setValue(phase.index if phase else 0)
        self.phase_text.setText(_phase_text(phase) if phase else "")


def _unit_suffix(volume: Volume) -> str:
    unit = "SUVbw" if volume.facts.suv_factor else volume.unit
    return f" {unit}" if unit else ""


def _phase_text(phase: Phase) -> str:
    """Which of how many, and what tells it apart; once, where that counts too."""
    which = f"{phase.index + 1} of {phase.count}"
    return phase.name if f" {phase.name}".endswith(f" {which}") else f"{which}  {phase.name}"
