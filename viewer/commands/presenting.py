"""How the active viewport looks at its series, written as a presentation state and read from one."""

from datetime import UTC, datetime
from math import floor
from pathlib import Path

from imaging.formats.presentation.presentation import Presentation
from imaging.labelmap import Provenance
from imaging.measurement.measurement import calibrated
from imaging.measurement.ruler import Ground
from imaging.progress import Report
from imaging.sandbox import Sandbox
from imaging.study import Series
from imaging.volume import Volume
from viewer.errors import words
from viewer.jobs.runner import Runner
from viewer.places import author
from viewer.state.notices import Notices
from viewer.state.orientation import ANTICLOCKWISE, AS_STORED, CLOCKWISE, MIRRORED, Orientation
from viewer.state.pane import Pane
from viewer.state.session import Session
from viewer.state.transform import ViewTransform, plane_transform
from viewer.state.view import MAX_ZOOM, MIN_ZOOM

_TURNS = (AS_STORED, CLOCKWISE, CLOCKWISE.then(CLOCKWISE), ANTICLOCKWISE)
_TOLD: dict[Orientation, tuple[int, bool]] = {
    **{turn: (90 * n, False) for n, turn in enumerate(_TURNS)},
    **{turn.then(MIRRORED): (90 * n, True) for n, turn in enumerate(_TURNS)},
}
"""Each way a plane is turned as rotation and mirroring."""

Area = tuple[int, int, int, int]


class Presenting:
    """Exports and applies presentation states."""

    def __init__(self, session: Session, notices: Notices, runner: Runner, sandbox: Sandbox) -> None:
        self._session, self._notices, self._runner, self._sandbox = session, notices, runner, sandbox

    @property
    def can_export(self) -> bool:
        """True for grey slices as acquired, with all their pixels."""
        pane = self._session.active
        return pane.volume is not None and not pane.volume.is_colour and pane.axis == 0 and pane.complete

    def export(self, path: Path) -> None:
        """Write how the active viewport looks, with its measurements as graphics."""
        pane, series, volume = self._session.active, self._session.series, self._session.volume
        transform = pane.transform()
        if series is None or volume is None or transform is None:
            return
        shown, measurements = look_of(pane, volume, transform), self._session.measurements.all
        ground, turned = calibrated(Ground(volume), measurements), pane.view.angle_deg != 0

        def write(report: Report) -> str:
            from imaging.formats.presentation.writing import write_presentation  # brings highdicom along

            report(0, 1, f"Writing {path.name}")
            made = Provenance(author(), datetime.now(UTC))
            left = write_presentation(shown, measurements, ground, series, path, made)
            free = " The free rotation was left out: a presentation state turns by quarters." if turned else ""
            across = (
                f" {left} measurements lie across slices or reach beyond the picture and were left out." if left else ""
            )
            return f"Presentation state written to {path}.{free}{across}"

        self._runner.start(
            "export", f"Writing {path.name}", write, lambda said: self._notices.add("info", said), self._failed
        )

    def apply(self, path: Path) -> None:
        """Look at the shown series as a presentation state says; its graphics become measurements."""
        series, volume = self._session.series, self._session.volume
        if series is None or volume is None:
            return
        self._runner.start(
            "presentation",
            f"Reading {path.name}",
            lambda _report: self._sandbox.read_presentation(path, volume, series),
            lambda found: self._apply(found, path, series, volume),
            self._failed,
        )

    def _apply(self, found: Presentation, path: Path, series: Series, volume: Volume) -> None:
        pane, state = self._session.active, self._session.measurements
        if pane.volume is not volume or state.series_uid != series.uid:
            self._notices.add("warning", f"{path.name} belongs to a series that is no longer shown.")
            return
        try:
            drawn = found.measurements()
        except ValueError as error:
            self._failed(error)
            return
        look(pane, volume, found)
        new = [each for each in drawn if state.find(each.uid) is None]
        for each in new:
            state.add(each)
        more = f" {len(new)} graphics became measurements; undo takes them away." if new else ""
        self._notices.add("info", f"Shown as {path.name} says.{more}")
        for warning in found.warnings:
            self._notices.add("warning", f"{path.name}: {warning}.")

    def _failed(self, error: BaseException) -> None:
        self._notices.add("error", words(error))


def look_of(pane: Pane, volume: Volume, transform: ViewTransform) -> Presentation:
    """How a viewport looks at its slices as acquired."""
    rotation_deg, mirrored = _TOLD[transform.orientation]
    view = pane.view
    return Presentation(
        view.k,
        view.window,
        volume.inverted != view.inverted,
        rotation_deg,
        mirrored,
        _area(transform.upright),
        table=view.table,
        shutter=view.shutter or volume.shutter,
    )


def look(pane: Pane, volume: Volume, wanted: Presentation) -> None:
    """Make a viewport look as it is wanted."""
    pane.set_plane("stored")
    view = pane.view
    view.set_slice(wanted.k)
    view.set_slab(0.0)
    voi = wanted.table or wanted.window
    if voi is not None:
        view.set_voi(voi)
    view.set_shutter(wanted.shutter, tuple(f"presentation state: {each}" for each in wanted.warnings))
    view.set_inverted(volume.inverted != wanted.inverted)
    view.set_angle_deg(0.0)
    geometry = volume.slice_geometry(wanted.k)
    plain = plane_transform(geometry, pane.size_px)
    told = wanted.rotation_deg, wanted.mirrored
    view.turn = next(turn for turn in _TOLD if _TOLD[plain.orientation.then(turn)] == told)
    view.set_zoom(1.0, (0.0, 0.0))
    turned = pane.transform()
    if wanted.area_ji is not None and turned is not None:
        view.set_zoom(*_fitting(turned, wanted.area_ji))


def _area(transform: ViewTransform) -> Area:
    """The pixels at the upper left and lower right of the viewport: row, column, row, column."""
    (top, left), (bottom, right) = transform.to_image(0, 0), transform.to_image(*transform.size_px)
    rows, columns = _pixels(top, bottom), _pixels(left, right)
    return rows[0], columns[0], rows[1], columns[1]


def _pixels(one: float, other: float) -> tuple[int, int]:
    """The outermost whole pixels between two edges, in the order of the edges."""
    low, high = floor(min(one, other) + 1.0), floor(max(one, other))
    return (low, max(low, high)) if one <= other else (max(low, high), low)


def _fitting(transform: ViewTransform, area: Area) -> tuple[float, tuple[float, float]]:
    """Zoom and pan that fit an area of pixels into the viewport, from a transform that has neither."""
    rows, columns = sorted(area[::2]), sorted(area[1::2])
    x0, y0 = transform.to_screen(rows[0] - 0.5, columns[0] - 0.5)
    x1, y1 = transform.to_screen(rows[1] + 0.5, columns[1] + 0.5)
    width, height = transform.size_px
    zoom = max(MIN_ZOOM, min(width / abs(x1 - x0), height / abs(y1 - y0), MAX_ZOOM))
    return zoom, (zoom * (width - x0 - x1) / 2, zoom * (height - y0 - y1) / 2)
