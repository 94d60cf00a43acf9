"""A lung ultrasound clip: two ribs with shadows, a sliding pleural line, A-lines between them and a few B-lines.

The frames are made in beam space (depth by beam) and then put on the screen as a convex probe shows them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imaging.labelmap import PALETTE, Label
from imaging.phantom.anatomy import SEED

ROWS, COLUMNS, FRAMES = 256, 320, 40
FRAME_TIME_MS = 50.0
PIXEL_MM = 0.5
DEPTH_MM = 118.0
PROBE_RADIUS_MM = 50.0
HALF_ANGLE_RAD = 0.52
TOP_PX = 6

LABELS = (Label(1, "pleural line", PALETTE[3]), Label(2, "B-line", PALETTE[4]))

PLEURA_MM = 24.0
"""Depth of the pleural line; A-lines repeat it at whole multiples."""

_SAMPLES, _BEAMS = 300, 180
_B_LINES = ((0.40, 0.017, 0.0), (0.53, 0.024, 1.9), (0.63, 0.015, 4.0))
"""Position and width as shares of the fan, and the phase in which each is strongest."""

_SLIDE = 0.035
"""How far the lung slides to either side, as a share of the fan."""


@dataclass(frozen=True)
class Clip:
    """Frames of a convex probe.

    Attributes:
        array: (K, J, I) uint8, 0-255.
        mask: (K, J, I) uint8 label values of :data:`LABELS`.
        fan: (J, I) bool: the part of the screen that the beams reach.
    """

    array: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    fan: NDArray[np.bool_]


@dataclass(frozen=True)
class _Speckle:
    wall: NDArray[np.float32]
    lung: NDArray[np.float32]


def clip() -> Clip:
    """Forty frames, two seconds, one breath: the last frame leads into the first."""
    rng = np.random.default_rng(SEED + 2)
    speckle = _Speckle(_speckle(rng, 3) ** np.float32(0.5), _speckle(rng, 4) ** np.float32(0.8))
    sample, beam, fan = _screen()
    frames, masks = [], []
    for k in range(FRAMES):
        grey, mask = _frame(2 * np.pi * k / FRAMES, speckle)
        grey = grey + 0.02 * rng.standard_normal(grey.shape, np.float32)
        shown = (np.clip(grey, 0, 1) * 255).astype(np.uint8)[sample, beam] * fan
        frames.append(_with_scale(shown))
        masks.append(mask[sample, beam] * fan)
    return Clip(np.stack(frames), np.stack(masks), fan)


def _screen() -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.bool_]]:
    """For every pixel the sample and the beam that it shows, and whether it lies in the fan."""
    x_mm = (np.arange(COLUMNS) - (COLUMNS - 1) / 2)[None, :] * PIXEL_MM
    y_mm = (np.arange(ROWS) - TOP_PX)[:, None] * PIXEL_MM + PROBE_RADIUS_MM * np.cos(HALF_ANGLE_RAD)
    depth = (np.hypot(x_mm, y_mm) - PROBE_RADIUS_MM) / DEPTH_MM
    across = np.arctan2(x_mm, y_mm) / (2 * HALF_ANGLE_RAD) + 0.5
    fan = (depth >= 0) & (depth < 1) & (across >= 0) & (across < 1)
    sample = np.where(fan, depth * _SAMPLES, 0).astype(np.intp)
    beam = np.where(fan, across * _BEAMS, 0).astype(np.intp)
    return sample, beam, fan


def _frame(phase: float, speckle: _Speckle) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """Brightness 0-1 and label values in beam space, both (samples, beams)."""
    depth_mm = ((np.arange(_SAMPLES) + 0.5) * DEPTH_MM / _SAMPLES)[:, None]
    across = ((np.arange(_BEAMS) + 0.5) / _BEAMS)[None, :]
    slide = _SLIDE * np.sin(phase)
    pleura_mm = PLEURA_MM + 0.5 * np.cos(phase) + 1.6 * (across - 0.5) ** 2
    open_to_lung = 1 - _rib_shadow(across)
    moved = np.roll(speckle.lung, round(slide * _BEAMS), axis=1)
    grey = _chest_wall(depth_mm, pleura_mm, across) * speckle.wall
    below = depth_mm > pleura_mm
    grey = np.where(below, _lung(depth_mm, pleura_mm) * moved * open_to_lung, grey)
    line = np.exp(-(((depth_mm - pleura_mm) / 0.8) ** 2)) * open_to_lung
    grey = np.maximum(grey, line * (0.75 + 0.25 * moved))
    comet = _b_lines(across, slide, phase) * open_to_lung * below * np.exp(-(depth_mm - pleura_mm) / 220)
    grey = np.maximum(grey * (1 - 0.7 * comet), comet * (0.5 + 0.4 * moved))
    grey = np.maximum(grey, _rib_surface(depth_mm, across))
    mask = np.where(comet > 0.35, 2, 0)
    mask = np.where(line > 0.4, 1, mask)
    return grey.astype(np.float32), mask.astype(np.uint8)


def _chest_wall(
    depth_mm: NDArray[np.float64], pleura_mm: NDArray[np.float64], across: NDArray[np.float64]
) -> NDArray[np.float64]:
    skin = np.exp(-depth_mm / 1.2) * 0.8
    fat = 0.42 * (depth_mm < 9)
    fibres = 0.07 * np.sin(depth_mm * 2.6 + 5 * across + np.sin(9 * across))
    fascia = 0.5 * np.exp(-(((depth_mm - 9.5 - np.sin(7 * across)) / 0.5) ** 2))
    muscle = (0.3 + fibres) * ((depth_mm >= 9) & (depth_mm <= pleura_mm))
    return skin + fat + muscle + fascia


def _lung(depth_mm: NDArray[np.float64], pleura_mm: NDArray[np.float64]) -> NDArray[np.float64]:
    """Haze that fades with depth, and A-lines: echoes between probe and pleura."""
    haze = 0.26 * np.exp(-(depth_mm - pleura_mm) / 55) + 0.03
    echoes = sum(
        0.55 * 0.74 ** (order - 2) * np.exp(-(((depth_mm - order * pleura_mm) / 1.1) ** 2)) for order in (2, 3, 4)
    )
    return haze + echoes


def _b_lines(across: NDArray[np.float64], slide: float, phase: float) -> NDArray[np.float64]:
    return sum(
        (
            (0.75 + 0.25 * np.cos(phase - strongest)) * np.exp(-(((across - centre - slide) / width) ** 2))
            for centre, width, strongest in _B_LINES
        ),
        np.zeros_like(across),
    )


def _rib_shadow(across: NDArray[np.float64]) -> NDArray[np.float64]:
    edge = np.minimum(across - 0.19, 0.83 - across)
    return 1 - np.clip(0.5 + edge / 0.03, 0, 1)


def _rib_surface(depth_mm: NDArray[np.float64], across: NDArray[np.float64]) -> NDArray[np.float64]:
    """The bright outer face of the two ribs that frame the view."""
    offset = np.minimum(np.abs(across - 0.10), np.abs(across - 0.92)) / 0.085
    surface_mm = 15.5 + 3.0 * offset**2
    return 0.85 * np.exp(-(((depth_mm - surface_mm) / 1.0) ** 2)) * (offset < 1.1)


def _speckle(rng: np.random.Generator, beams: int) -> NDArray[np.float32]:
    """Rayleigh-distributed envelope with mean 1, correlated over some beams and two samples."""
    field = rng.standard_normal((_SAMPLES, _BEAMS)) + 1j * rng.standard_normal((_SAMPLES, _BEAMS))
    field = field + np.roll(field, 1, axis=0)
    field = sum((np.roll(field, n, axis=1) for n in range(beams)), np.zeros_like(field))
    envelope = np.abs(field)
    return (envelope / envelope.mean()).astype(np.float32)


def _with_scale(frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The frame with a tick for every centimetre of depth, as ultrasound units draw it."""
    for centimetre in range(12):
        row = TOP_PX + round((PROBE_RADIUS_MM * (1 - np.cos(HALF_ANGLE_RAD)) + centimetre * 10) / PIXEL_MM)
        if row < ROWS:
            frame[row, COLUMNS - (9 if centimetre % 5 == 0 else 5) : COLUMNS - 1] = 150
    return frame
