"""A large folder listed in parts: by several workers, showing what is known so far, going on where it stopped."""

import os
import threading
import zlib
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

from imaging.formats.merging import first_pieces, merged, shared_files, without
from imaging.progress import Cancelled, Report
from imaging.sandbox.listings import Listings, StampedFile, stamped
from imaging.study import Refusal, Study

LARGE = 256
"""Files from which on a folder is listed in parts."""

ListFiles = Callable[[Sequence[Path], Report], Study]
"""Lists these files in a worker."""

_FEWEST, _MOST = 48, 512
_FEWEST_OF_FOLDER, _CUT_AT = 128, 64
"""A folder is often one series: cut in two it would be listed twice, in parts and as a whole."""
_MOST_WORKERS = 4
_LOOK_AGAIN_S = 0.02

Part = list[StampedFile]


def files_below(folder: Path) -> tuple[Part, list[Refusal]]:
    """All files below a folder in order of name, without following links to folders; what cannot be seen is refused."""
    found: Part = []
    refused: list[Refusal] = []

    def unseen(error: OSError) -> None:
        refused.append(Refusal(Path(str(error.filename)), f"cannot be looked at: {error.strerror or error}"))

    paths = [Path(place) / name for place, _, names in os.walk(folder, onerror=unseen) for name in names]
    for path in sorted(paths):
        try:
            found.append(stamped(path))
        except OSError as error:
            unseen(error)
    return found, refused


class Indexing:
    """One listing of one large folder.

    Args:
        folder: what is listed.
        list_files: lists some of its files; from several threads.
        listings: kept from earlier.
        report: told of every part; may cancel.
        partial: takes the study so far.
    """

    def __init__(
        self,
        folder: Path,
        list_files: ListFiles,
        listings: Listings,
        report: Report,
        partial: Callable[[Study], None] | None,
    ) -> None:
        self._folder, self._list_files, self._listings = folder, list_files, listings
        self._report, self._partial = report, partial
        self._stopped = threading.Event()
        self._done = self._total = 0

    def run(self, files: Part, refused: Sequence[Refusal]) -> Study:
        """The study of these files, with what was refused already.

        Raises:
            ReadError: as the sandbox, where not even one file can be blamed.
            Cancelled: by ``report``.
        """
        self._total = len(files)
        with self._pool() as pool:
            studies: list[Study] = []
            for study in self._listed(pool, parts_of(files)):
                studies.append(study)
                if self._partial is not None:
                    self._partial(merged(self._folder, first_pieces(studies), refused))
            shared = shared_files(studies)
            if shared:
                by_path = {file.path: file for file in files}
                again = [[by_path[path] for path in paths if path in by_path] for paths in shared.values()]
                studies = [without(study, shared) for study in studies]
                studies += self._listed(pool, again)
        return merged(self._folder, studies, refused)

    def _listed(self, pool: ThreadPoolExecutor, parts: Sequence[Part]) -> Iterator[Study]:
        """The listing of each part as it is there, kept ones first."""
        waiting: dict[Future[Study], Part] = {}
        for part in parts:
            kept = self._listings.find(part)
            if kept is None:
                waiting[pool.submit(self._list, part)] = part
            else:
                self._tell(len(part))
                yield kept
        while waiting:
            ready, _ = wait(waiting, _LOOK_AGAIN_S, FIRST_COMPLETED)
            self._tell(0)
            for future in ready:
                part, study = waiting.pop(future), future.result()
                self._listings.keep(part, study)
                self._tell(len(part))
                yield study

    def _list(self, part: Part) -> Study:
        return self._list_files([file.path for file in part], self._go_on)

    def _go_on(self, done: int, total: int, text: str) -> None:
        """What workers are asked by: they stop when the whole has been given up."""
        del done, total, text
        if self._stopped.is_set():
            raise Cancelled

    def _tell(self, more: int) -> None:
        self._done = min(self._total, self._done + more)
        self._report(self._done, self._total, f"Listing {self._folder.name}")

    @contextmanager
    def _pool(self) -> Generator[ThreadPoolExecutor]:
        """Threads that each wait for a worker; gone when the block ends, however it ends."""
        with ThreadPoolExecutor(min(_MOST_WORKERS, os.cpu_count() or 1), "wetread-listing") as pool:
            try:
                yield pool
            except BaseException:
                self._stopped.set()
                pool.shutdown(wait=False, cancel_futures=True)
                raise


def parts_of(files: Part) -> list[Part]:
    """The files cut where a folder ends, or at names that chance has chosen.

    Cuts depend on names near them only: a file more or less changes its own part, and all others are still known.
    """
    parts: list[Part] = [[]]
    for file, after in pairwise([*files, None]):
        parts[-1].append(file) if file is not None else None
        if after is not None and file is not None and _is_cut(parts[-1], file.path, after.path):
            parts.append([])
    return [part for part in parts if part]


def _is_cut(part: Part, path: Path, after: Path) -> bool:
    if path.parent != after.parent:
        return len(part) >= _FEWEST or zlib.crc32(os.fsencode(path.parent)) % _FEWEST == 0
    is_chosen = len(part) >= _FEWEST_OF_FOLDER and zlib.crc32(os.fsencode(path.name)) % _CUT_AT == 0
    return is_chosen or len(part) >= _MOST
