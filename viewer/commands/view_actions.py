"""What can be done to look at the shown volume: scroll, turn, zoom, cut."""

from collections.abc import Callable

from imaging.reslicing import PatientPlane
from viewer.commands.action import Action
from viewer.commands.reading import Reading
from viewer.commands.scrolling_actions import scrolling_actions
from viewer.commands.windowing import Windowing
from viewer.state.orientation import ANTICLOCKWISE, CLOCKWISE, MIRRORED, UPSIDE_DOWN, Orientation
from viewer.state.session import Session
from viewer.state.view import Projection

FIRST_SLAB_MM = 10.0
PAN_PX = 40.0
_SLABS: tuple[Projection, ...] = ("max", "min", "mean")


def view_actions(session: Session, reading: Reading, windowing: Windowing) -> tuple[Action, ...]:
    """Everything in the View menu."""
    looks = Looks(session)
    return (
        *scrolling_actions(session, reading),
        *_turning(session, looks, windowing),
        *_zooming(session, looks),
        *_cutting(session, looks),
        *_marks(session, reading),
    )


class Looks:
    """Asks and changes how the active viewport looks at its volume."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def can_cut(self) -> bool:
        """True when planes that were not acquired can be shown."""
        return self._session.active.can_cut

    def turn(self, turn: Orientation) -> Callable[[], None]:
        """A function that turns the picture."""
        return lambda: self._session.view.turn_by(turn)

    def rotate(self, degrees: float) -> Callable[[], None]:
        """A function that rotates the picture on."""
        return lambda: self._session.view.set_angle_deg(self._session.view.angle_deg + degrees)

    def shift(self, x: int, y: int) -> Callable[[], None]:
        """A function that moves the picture by so many steps to the right and down."""

        def change() -> None:
            at = self._session.view.pan_px
            self._session.view.set_pan((at[0] + x * PAN_PX, at[1] + y * PAN_PX))

        return change

    def fit(self) -> None:
        """The whole picture, as large as the viewport allows."""
        self._session.view.set_zoom(1.0, (0.0, 0.0))

    def pixel_by_pixel(self) -> None:
        """One pixel of the display for each stored pixel."""
        transform = self._session.active.transform()
        if transform is not None:
            share = min(transform.scale) * self._session.active.device_ratio
            self._session.view.set_zoom(self._session.view.zoom / share)

    def real_size(self) -> None:
        """A millimetre on the screen for each millimetre, by the pixel size that the display states or was told."""
        pane, transform = self._session.active, self._session.active.transform()
        if transform is not None and pane.display_px_per_mm > 0:
            self._session.view.set_zoom(self._session.view.zoom * pane.display_px_per_mm / transform.px_per_mm)

    def has_real_size(self) -> bool:
        """True when millimetres are known of the image and of the display."""
        volume = self._session.volume
        return volume is not None and volume.geometry.has_mm and self._session.active.display_px_per_mm > 0

    def project(self, how: Projection) -> Callable[[], None]:
        """A function that looks through a slab, or at the plane alone when it does already."""

        def change() -> None:
            view = self._session.view
            on = view.slab_mm > 0 and view.projection == how
            view.set_slab(0.0 if on else view.slab_mm or FIRST_SLAB_MM, how)

        return change

    def next_slab(self) -> None:
        """Look through the next kind of slab; after the last one, at the plane alone."""
        view = self._session.view
        at = _SLABS.index(view.projection) + 1 if view.slab_mm > 0 else 0
        if at == len(_SLABS):
            view.set_slab(0.0)
        else:
            view.set_slab(view.slab_mm or FIRST_SLAB_MM, _SLABS[at])

    def thicken(self, mm: float) -> Callable[[], None]:
        """A function that makes the slab thicker."""
        return lambda: self._session.view.set_slab(self._session.view.slab_mm + mm)


def _turning(session: Session, looks: Looks, windowing: Windowing) -> tuple[Action, ...]:
    shown = session.has_volume
    return (
        Action("auto-window", "Auto window", "Window", windowing.auto, ("Alt+A",), shown, None, False,
               "From the values of the shown plane"),
        Action("full-window", "Full range", "Window", windowing.full_range, ("Alt+0",), shown, None, False,
               "From the lowest to the highest value of the shown plane"),
        Action("invert", "Invert", "View", lambda: session.view.set_inverted(not session.view.inverted), ("I",), shown,
               lambda: session.view.inverted, True, "Swap black and white on the screen; values stay"),
        Action("flip-horizontal", "Flip left and right", "View/Turn", looks.turn(MIRRORED), ("Alt+F",), shown),
        Action("flip-vertical", "Flip top and bottom", "View/Turn", looks.turn(UPSIDE_DOWN), ("Alt+V",), shown),
        Action("rotate-right", "Rotate right 90°", "View/Turn", looks.turn(CLOCKWISE), ("Alt+R",), shown),
        Action("rotate-left", "Rotate left 90°", "View/Turn", looks.turn(ANTICLOCKWISE), ("Alt+L",), shown),
        Action("rotate-5", "Rotate right 5°", "View/Turn", looks.rotate(5), ("Alt+Shift+R",), shown),
        Action("rotate-minus-5", "Rotate left 5°", "View/Turn", looks.rotate(-5), ("Alt+Shift+L",), shown),
    )  # fmt: skip


def _zooming(session: Session, looks: Looks) -> tuple[Action, ...]:
    shown = session.has_volume

    def zoom(factor: float) -> Callable[[], None]:
        return lambda: session.view.set_zoom(session.view.zoom * factor)

    return (
        Action("zoom-in", "Zoom in", "View/Zoom", zoom(1.25), ("+", "="), shown),
        Action("zoom-out", "Zoom out", "View/Zoom", zoom(1 / 1.25), ("-",), shown),
        Action("zoom-fit", "Fit", "View/Zoom", looks.fit, ("Ctrl+Return",), shown),
        Action("zoom-pixel", "Pixel by pixel (1:1)", "View/Zoom", looks.pixel_by_pixel, ("Ctrl+1",), shown),
        Action("zoom-real", "Real size", "View/Zoom", looks.real_size, ("Ctrl+2",), looks.has_real_size, None, False,
               "As large as in the patient, where the display's size is known"),
        Action("pan-left", "Move left", "View/Zoom", looks.shift(-1, 0), ("Ctrl+Shift+Left",), shown),
        Action("pan-right", "Move right", "View/Zoom", looks.shift(1, 0), ("Ctrl+Shift+Right",), shown),
        Action("pan-up", "Move up", "View/Zoom", looks.shift(0, -1), ("Ctrl+Shift+Up",), shown),
        Action("pan-down", "Move down", "View/Zoom", looks.shift(0, 1), ("Ctrl+Shift+Down",), shown),
        Action("reset", "Reset view", "View", lambda: session.view.reset(), ("Space",), shown, None, True,
               "Default window, fitted, not inverted, not turned", short="Reset"),
    )  # fmt: skip


def _cutting(session: Session, looks: Looks) -> tuple[Action, ...]:
    def cut(plane: PatientPlane, text: str, key: str) -> Action:
        return Action(f"plane-{plane}", text, "View/Planes", lambda: session.active.set_plane(plane), (key,),
                      looks.can_cut, lambda: session.active.plane == plane)  # fmt: skip

    def project(how: Projection, text: str, key: str) -> Action:
        return Action(f"slab-{how}", text, "View/Planes", looks.project(how), (key,), looks.can_cut,
                      lambda: session.view.slab_mm > 0 and session.view.projection == how)  # fmt: skip

    return (
        Action("plane-stored", "As acquired", "View/Planes", lambda: session.active.set_plane("stored"), ("Alt+1",),
               looks.can_cut, lambda: session.active.plane == "stored"),
        cut("axial", "Axial", "Alt+2"),
        cut("coronal", "Coronal", "Alt+3"),
        cut("sagittal", "Sagittal", "Alt+4"),
        project("max", "Slab: brightest (MIP)", "Alt+5"),
        project("min", "Slab: darkest (MinIP)", "Alt+6"),
        project("mean", "Slab: mean", "Alt+7"),
        Action("next-slab", "Next kind of slab", "View/Planes", looks.next_slab, ("Alt+8",), looks.can_cut, None, False,
               "Brightest, darkest, mean, then the plane alone"),
        Action("slab-thicker", "Thicker slab", "View/Planes", looks.thicken(1), ("Alt+Up",), looks.can_cut),
        Action("slab-thinner", "Thinner slab", "View/Planes", looks.thicken(-1), ("Alt+Down",), looks.can_cut),
    )  # fmt: skip


def _marks(session: Session, reading: Reading) -> tuple[Action, ...]:
    marks, shown = session.marks, session.has_volume

    def overlaid() -> bool:
        return session.volume is not None and bool(session.volume.overlays)

    def shuttered() -> bool:
        volume = session.volume
        return volume is not None and (session.view.shutter or volume.shutter) is not None

    return (
        Action("regularise", "Regularise slices", "View", reading.regularise, ("Ctrl+R",),
               lambda: reading.can_regularise, None, False,
               "Resample slices with gaps, tilt or uneven spacing to a regular volume"),
        Action("corner-text", "Less corner text", "View/Marks", marks.step_corner_text, ("T",), shown, None, False,
               "All, then only place and window, then none"),
        Action("window-ends", "Window as lowest and highest value", "View/Marks",
               lambda: marks.set_window_ends(not marks.window_ends), ("Ctrl+Shift+L",), shown,
               lambda: marks.window_ends, False, "In the corner, instead of width and level"),
        Action("overlays", "Overlays of the file", "View/Marks", lambda: marks.set_overlays(not marks.overlays), ("O",),
               overlaid, lambda: marks.overlays, False, "Show or hide the graphics stored with the image"),
        Action("shutter", "Shutter of the file", "View/Marks", lambda: marks.set_shutter(not marks.shutter),
               ("Shift+O",), shuttered, lambda: marks.shutter, False, "Cover what the file asks to cover, or show all"),
        Action("reference-lines", "Reference lines", "View/Marks",
               lambda: marks.set_reference_lines(not marks.reference_lines), ("Shift+R",), shown,
               lambda: marks.reference_lines, False, "Where the active plane cuts the others"),
        Action("crosshair", "Show crosshair", "View/Marks", lambda: marks.set_crosshair(not marks.crosshair),
               ("Shift+C",), shown, lambda: marks.crosshair),
        Action("smooth", "Interpolate pixels", "View/Marks", lambda: marks.set_smooth(not marks.smooth), ("Shift+I",),
               shown, lambda: marks.smooth, False, "Smooth when enlarged, or squares as stored"),
    )  # fmt: skip
