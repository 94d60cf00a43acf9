"""Key images written as a DICOM Key Object Selection, and taken from one."""

from collections.abc import Callable, Iterable
from pathlib import Path
from uuid import uuid4

from imaging.formats.authoring.image_grid import grid_of
from imaging.intensity import default_voi, equivalent_window
from imaging.key_image import KeyImage, KeySelection
from imaging.sandbox import Sandbox
from imaging.study import Series
from imaging.volume import Volume, Window
from viewer.commands.loading import Loading
from viewer.commands.marking import Marking
from viewer.errors import words
from viewer.jobs.runner import Runner
from viewer.jobs.thumbnails import as_png, picture
from viewer.state.key_images import KeyImages, Marked
from viewer.state.notices import Notices
from viewer.state.opened import OpenSeries
from viewer.state.session import Session

Opened = dict[str, OpenSeries]


class Selecting:
    """Exports and imports key images as documents that name the images in their archive."""

    def __init__(
        self,
        session: Session,
        state: KeyImages,
        marking: Marking,
        notices: Notices,
        loading: Loading,
        runner: Runner,
        sandbox: Sandbox,
    ) -> None:
        self._session, self._state, self._marking, self._notices = session, state, marking, notices
        self._loading, self._runner, self._sandbox = loading, runner, sandbox

    def write(self, path: Path) -> None:
        """Write the key images of the shown study; series are read where they must."""
        study_uid = self._session.series.study_uid if self._session.series else ""
        marked = [
            (each.key_image, series)
            for each in self._state.all
            if (series := self._marking.series_of(each.key_image)) is not None and series.study_uid == study_uid
        ]
        self._fetch([series for _, series in marked], lambda opened: self._write(marked, opened, path))

    def read(self, path: Path) -> None:
        """Mark what a document points at in the open study."""
        study = self._session.study
        if study is None:
            return
        self._runner.start(
            "key selection",
            f"Reading {path.name}",
            lambda _report: self._sandbox.read_key_selection(path, study.series),
            lambda found: self._take(found, study.series, path),
            lambda error: self._notices.add("error", words(error)),
        )

    def _write(self, marked: list[tuple[KeyImage, Series]], opened: Opened, path: Path) -> None:
        from imaging.formats.key_objects import write_key_objects  # brings highdicom along; nobody else needs it

        images = [(key_image, series, grid_of(opened[series.uid].volume)) for key_image, series in marked]
        self._runner.start(
            "key objects",
            f"Writing {path.name}",
            lambda _report: write_key_objects(images, path),
            lambda count: self._notices.add("info", f"{path.name} refers to {count} images."),
            lambda error: self._notices.add("error", words(error)),
        )

    def _take(self, found: KeySelection, series: Iterable[Series], path: Path) -> None:
        known = {each.uid: each for each in series}
        needed = [known[uid] for uid, _ in found.slices]
        self._fetch(needed, lambda opened: self._mark(found, needed, opened, path))

    def _mark(self, found: KeySelection, needed: Iterable[Series], opened: Opened, path: Path) -> None:
        """Mark slices that are not marked yet, as they are first seen."""
        listed = self._session.study.series if self._session.study else ()
        if any(each not in listed for each in needed):
            self._notices.add("warning", f"Nothing of {path.name} was marked: the study is no longer the one it was.")
            return
        stored = {(each.key_image.series_uid, each.key_image.k) for each in self._state.all if _is_stored(each)}
        new = [(uid, k) for uid, k in found.slices if (uid, k) not in stored]
        kept = [self._marking.put(_marked(opened[uid].volume, uid, k, found.note)) for uid, k in new]
        already = len(found.slices) - len(new)
        purpose = f" ({found.title})" if found.title else ""
        said = f"{kept.count(True)} key images of {path.name}{purpose}."
        said += f" {already} were marked already." if already else ""
        self._notices.add("info", said)
        if found.elsewhere:
            self._notices.add("warning", f"{path.name} refers to {found.elsewhere} more that are not in this study.")
        if found.others:
            self._notices.add(
                "info", f"{path.name} names {found.others} presentation states or other objects too: left out."
            )

    def _fetch(self, series: Iterable[Series], then: Callable[[Opened], object]) -> None:
        """Read some series, one after the other."""
        needed, opened = {each.uid: each for each in series}, Opened()

        def next_one() -> None:
            waiting = next((each for uid, each in needed.items() if uid not in opened), None)
            if waiting is None:
                then(opened)
            else:
                self._loading.fetch(waiting, took)

        def took(found: OpenSeries) -> None:
            if found.series is not None:
                opened[found.series.uid] = found
                next_one()

        next_one()


def _is_stored(marked: Marked) -> bool:
    return marked.key_image.plane == "stored"


def _marked(volume: Volume, series_uid: str, k: int, note: str) -> Marked:
    voi = default_voi(volume, k)
    window = voi if isinstance(voi, Window) else equivalent_window(voi)
    key_image = KeyImage(uuid4().hex, series_uid, "stored", k, volume.slice_geometry(k), window, note=note)
    return Marked(key_image, as_png(picture(volume, k)))
