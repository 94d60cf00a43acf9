"""A picture of the real window on given images, without a display."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PySide6.QtWidgets import QWidget

from imaging.formats import nifti, raster
from imaging.labelmap import Labelmap, plain_labels
from imaging.saving import replacing
from imaging.study import Series, Study
from imaging.volume import Volume
from inference.prediction import HeatMap
from viewer.app import Application, application
from viewer.errors import ViewerError
from viewer.places import Places
from viewer.state.layout import LAYOUTS, Layout
from viewer.state.presets import Preset, PresetGroup
from viewer.waiting import wait_until


@dataclass(frozen=True)
class Shot:
    """What to show: slice (0-based), preset by name or number key, mask and heat map files, window size in pixels,
    series by uid (the first that the layout can show when left out), layout by name."""

    path: Path
    slice: int | None = None
    preset: str | None = None
    mask: Path | None = None
    heat: Path | None = None
    size: tuple[int, int] = (1480, 900)
    series: str | None = None
    layout: str | None = None


def render(shot: Shot, out: Path) -> Path:
    """The PNG written to ``out``: the window showing ``shot``.

    Raises:
        ViewerError: nothing to show, no such slice or preset, or a mask on another grid.
        ImagingError: an image, mask or heat map that cannot be read.
    """
    application()
    with tempfile.TemporaryDirectory() as scratch:
        main = Application(Places(Path(scratch), Path(scratch)))
        try:
            main.window.resize(*shot.size)
            main.window.show()
            main.reading.open([shot.path])
            wait_until(lambda: not main.runner.busy(), f"{shot.path} to open")
            _set_up(main, shot)
            save(main.window, out)
        finally:
            main.shut_down()
            main.window.deleteLater()
    return out


def save(widget: QWidget, out: Path) -> None:
    """Write what ``widget`` shows to a PNG.

    Raises:
        SaveError: the file cannot be written.
    """
    picture = widget.grab()
    with replacing(out) as temporary:
        if not picture.save(str(temporary), "PNG"):
            raise OSError(f"no PNG could be written to {out}")


def _set_up(main: Application, shot: Shot) -> None:
    series = None if main.session.study is None else _wanted(main.session.study, shot)
    if series is not None:
        main.reading.load(series)
        wait_until(lambda: not main.runner.busy(), "the series to load")
    volume = main.session.volume
    if volume is None:
        raise ViewerError("; ".join(notice.text for notice in main.notices.all) or f"{shot.path}: nothing to show")
    if shot.layout is not None:
        main.reading.lay_out(_layout(shot.layout, main))
        wait_until(lambda: not main.runner.busy(), "the viewports to fill")
    if shot.slice is not None:
        if not 0 <= shot.slice < main.view.frames:
            raise ViewerError(f"slice {shot.slice}: expected 0 to {main.view.frames - 1}")
        main.view.set_slice(shot.slice)
    if shot.preset is not None:
        main.presetting.show(_preset(shot.preset, main.presetting.group))
    if shot.mask is not None:
        main.segmentation.load(volume.geometry, _mask(shot.mask, volume))
    if shot.heat is not None:
        main.findings.show_heat(_heat(shot.heat, volume, main.view.k))


def _wanted(study: Study, shot: Shot) -> Series | None:
    """The series asked for, else for planes of one volume the first that can be cut; None keeps the one shown."""
    if shot.series is not None:
        return _series(study, shot.series)
    if shot.layout not in LAYOUTS or not LAYOUTS[shot.layout].one_volume:
        return None
    return next((series for series in study.series if _can_be_cut(series)), None)


def _can_be_cut(series: Series) -> bool:
    return series.kind == "volume" and series.geometry is not None and series.geometry.has_position


def _layout(name: str, main: Application) -> Layout:
    if name not in LAYOUTS:
        raise ViewerError(f"layout {name!r}: expected one of {', '.join(LAYOUTS)}")
    if LAYOUTS[name].one_volume and not main.session.active.can_cut:
        raise ViewerError(f"layout {name!r}: this series has no voxels with a known place in the patient to cut")
    return LAYOUTS[name]


def _series(study: Study, uid: str) -> Series:
    try:
        return study.find(uid)
    except KeyError as error:
        known = ", ".join(series.uid for series in study.series)
        raise ViewerError(f"no series {uid} in {study.path}; there are: {known or 'none'}") from error


def _preset(name: str, group: PresetGroup) -> Preset:
    preset = group.named(name)
    if preset is None:
        known = ", ".join(f"{one.key or '-'} {one.name}" for one in group.preset)
        raise ViewerError(f"preset {name!r}: expected one of {known} for {group.title}")
    return preset


def _mask(path: Path, volume: Volume) -> Labelmap:
    if path.suffix.lower() == ".png":
        array = raster.read_mask(path)
        if array.shape != volume.geometry.shape_kji:
            raise ViewerError(f"{path.name}: found {array.shape}, expected {volume.geometry.shape_kji} as the image")
        return Labelmap(array, volume.geometry, plain_labels(array))
    return nifti.read_labelmap(path, volume.geometry)


def _heat(path: Path, volume: Volume, k: int) -> HeatMap:
    values = np.load(path, allow_pickle=False) if path.suffix == ".npy" else nifti.read_array(path)
    array = np.full(volume.geometry.shape_kji, np.nan, np.float32)
    if values.shape == array.shape:
        array[:] = values
    elif values.shape in (array.shape[1:], (1, *array.shape[1:])):
        array[k] = values.reshape(array.shape[1:])
    else:
        raise ViewerError(f"{path.name}: found {values.shape}, expected {array.shape} as the image")
    limit = float(np.nanmax(np.abs(array))) or 1.0
    return HeatMap(array, limit, bool(np.nanmin(array) < 0), path.name, "", "", "from file")
