"""Key images: marked, noted on, shown again, taken away, and written as pictures."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from imaging.errors import LibraryError, SaveError
from imaging.key_image import KeyImage
from imaging.library.shelf import Shelf
from imaging.saving import write_bytes
from imaging.study import Series
from viewer.commands.loading import Loading
from viewer.errors import words
from viewer.places import author
from viewer.state.key_images import KeyImages, Marked
from viewer.state.marks import CornerText
from viewer.state.notices import Notices
from viewer.state.pane import Pane
from viewer.state.session import Session

Picture = Callable[[Pane, CornerText, bool, int], bytes]
"""A PNG of what a viewport shows: which text around it, whether with marks and measurements, longest side in pixels."""

SMALL_PX = 128
LARGE_PX = 0


class Marking:
    """Connects the key images on screen with the library.

    Args:
        picture: draws what a viewport shows.
    """

    def __init__(
        self,
        session: Session,
        state: KeyImages,
        notices: Notices,
        shelf: Shelf,
        loading: Loading,
        picture: Picture,
    ) -> None:
        self._session, self._state, self._notices = session, state, notices
        self._shelf, self._loading, self._picture = shelf, loading, picture
        session.study_changed.connect(self.follow)

    def follow(self) -> None:
        """Show the key images of the open study."""
        study = self._session.study
        try:
            uids = [series.uid for series in study.series] if study else []
            found = self._shelf.key_images.of(uids, self._shelf.queues.unseen(uids, author())) if uids else ()
        except LibraryError as error:
            self._notices.add("error", words(error))
            return
        self._state.load(tuple(Marked(key_image, picture) for key_image, picture in found))

    def mark(self) -> None:
        """Mark what the active viewport shows."""
        pane, view, series = self._session.active, self._session.view, self._session.series
        geometry = pane.slice_geometry(view.k)
        if series is None or geometry is None:
            return
        key_image = KeyImage(
            uuid4().hex,
            series.uid,
            pane.plane,
            pane.stored_k,
            geometry,
            view.window,
            view.inverted,
            view.slab_mm,
            view.projection,
        )
        marked = Marked(key_image, self._picture(pane, "none", False, SMALL_PX))
        if self.put(marked):
            self._notices.add("info", f"Key image {len(self._state.all)} kept.")

    def put(self, marked: Marked) -> bool:
        """Keep a key image and list it; False, and told, where it cannot be kept."""
        is_kept = self._keep(marked)
        if is_kept:
            self._state.put(marked)
        return is_kept

    def note(self, uid: str, note: str) -> None:
        """Write something down beside a key image."""
        found = self._state.find(uid)
        if found is None or found.key_image.note == note:
            return
        self.put(replace(found, key_image=replace(found.key_image, note=note)))

    def remove(self, uid: str) -> None:
        """Take a key image away."""
        found = self._state.find(uid)
        if found is not None and self._keep(found, deleted=True):
            self._state.remove(uid)

    def show(self, uid: str, then: Callable[[], object] | None = None) -> None:
        """Show a key image in the active viewport as it was looked at; ``then`` is called when it is on screen."""
        found, pane = self._state.find(uid), self._session.active
        series = None if found is None else self.series_of(found.key_image)
        if found is None or series is None:
            return
        key_image = found.key_image

        def look() -> None:
            _look(pane, key_image)
            if then is not None:
                then()

        if pane.series == series:
            look()
        else:
            self._loading.start(series, pane, look)

    def export_picture(self, uid: str, path: Path, text: CornerText, drawn: bool) -> None:
        """Show a key image and write it as PNG.

        Args:
            text: what stands around it; only ``all`` says who the patient is.
            drawn: with measurements, masks and lines.
        """

        def write() -> None:
            try:
                write_bytes(path, self._picture(self._session.active, text, drawn, LARGE_PX))
            except SaveError as error:
                self._notices.add("error", words(error))
            else:
                self._notices.add("info", f"Written to {path.name}.")

        self.show(uid, write)

    def series_of(self, key_image: KeyImage) -> Series | None:
        """The listed series that a key image shows; None where it is not in the open study."""
        study = self._session.study
        found = () if study is None else study.series
        return next((series for series in found if series.uid == key_image.series_uid), None)

    def _keep(self, marked: Marked, deleted: bool = False) -> bool:
        series = self.series_of(marked.key_image)
        if series is None:
            return False
        try:
            self._shelf.key_images.save(series, marked.key_image, marked.picture, author(), datetime.now(UTC), deleted)
        except LibraryError as error:
            self._notices.add("error", words(error))
            return False
        return True


def _look(pane: Pane, key_image: KeyImage) -> None:
    """Show the plane of a key image with its window."""
    plane, geometry = key_image.plane, key_image.geometry
    if plane == "stored" or not pane.can_cut:
        pane.set_plane("stored")
        pane.view.set_slice(key_image.k)
    else:
        x, y, z = geometry.point_lps([0, (geometry.shape_kji[1] - 1) / 2, (geometry.shape_kji[2] - 1) / 2])
        centre = float(x), float(y), float(z)
        if plane == "oblique":
            normal, down, _ = geometry.axes_lps
            pane.turn_plane(centre, normal, (-down[0], -down[1], -down[2]))
        else:
            pane.set_plane(plane)
            pane.go_to(centre)
    pane.view.set_slab(key_image.slab_mm, key_image.projection)
    pane.view.set_inverted(key_image.inverted)
    pane.view.set_window(key_image.window)
