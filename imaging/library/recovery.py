"""What was worked on when a series was shown last: from its journal where there is one, else from the library."""

from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from imaging.annotation import MaskRevision
from imaging.editing import replace_layers
from imaging.errors import JournalError, SaveError
from imaging.geometry import Geometry
from imaging.history import DEFAULT_LIMIT_BYTES, LIMIT_STEPS, Step
from imaging.labelmap import Labelmap, Provenance
from imaging.layers import Layers
from imaging.legend import Legend
from imaging.library.journal import Journal
from imaging.library.journal_entries import Beginning, Saved
from imaging.library.journal_line import Line, changes_no_mask, fold, replay
from imaging.library.queued import BlindReading
from imaging.mask_delta import MaskDelta, pack

if TYPE_CHECKING:
    from imaging.library.store import Library

FOLD_BYTES = 3 * DEFAULT_LIMIT_BYTES
FOLD_ENTRIES = 4 * LIMIT_STEPS

BROUGHT_BACK = "Changes that were not saved when Wetread ended have been brought back."
CONFLICT = (
    "Somebody saved another revision of this mask meanwhile. Your changes are here and are kept; "
    "saving keeps both, and History can compare and merge them."
)
NOT_SHOWN = (
    "What was saved of this series is in the library, which cannot be read now: it is not shown. What you draw is only "
    "in this window, and can be saved when the library is back. Open the series again then, to see both."
)
LOST = (
    "The library holds no revision {} of this mask any more. The journal does: the mask is here as it was left, and is "
    "not saved."
)
OTHER_GRID = "A saved mask was made on another grid than these images; it is not shown."


@dataclass(frozen=True)
class Recovered:
    """A series' annotation as it was left.

    Attributes:
        layers: of the mask.
        revision: of the library, from which it was made last.
        saved: the library holds it as ``revision``, or there is nothing to hold.
        done, undone: the undo line, as :class:`imaging.history.History` has it.
        news: what the person should be told.
    """

    layers: Layers
    legend: Legend
    revision: int | None = None
    saved: bool = True
    done: tuple[Step, ...] = ()
    undone: tuple[Step, ...] = ()
    news: tuple[str, ...] = ()


def journal_path(folder: Path, library: str, series_uid: str, blind: BlindReading | None = None) -> Path:
    """Where the journal of a series of this library lies, or that of a blind reading of it."""
    line = f"{series_uid}\n{blind.id}" if blind else series_uid
    digest = sha256(f"{library}\n{line}".encode()).hexdigest()
    return folder / f"{digest[:32]}.journal"


def recover(
    library: "Library",
    journal: Journal | None,
    series_uid: str,
    geometry: Geometry,
    fresh: Legend,
    blind: BlindReading | None = None,
) -> Recovered:
    """The annotation of a series as it was left; ``journal``, if any, goes on from there.

    Args:
        fresh: the legend of a mask that nobody has begun.
        blind: the reading whose own line is gone on with; what others made meanwhile stays out of sight.

    Raises:
        LibraryError: the library cannot be read.
        SaveError: a journal that is damaged or of no use could not be copied or moved away; it is as it was.
    """
    latest = library.latest_mask(series_uid, blind)
    news = _damage(journal)
    if journal is not None and journal.entries:
        try:
            found = _from_journal(library, journal, latest, geometry)
        except JournalError as error:
            news += (f"{error} It was set aside as {journal.set_aside().name}.",)
        else:
            if found is not None:
                return replace(found, news=(*found.news, *news))
    fitting = latest if latest is not None and latest.labelmap.geometry.matches(geometry) else None
    draft = library.draft(series_uid) if blind is None else None
    found = _from_library(fitting, draft, geometry, fresh)
    if latest is not None and fitting is None:
        news = (*news, OTHER_GRID)
    if journal is not None:
        base = fitting.id if fitting else None
        deltas = () if found.saved else _difference(fitting, found.layers)
        journal.begin(Beginning(library.name, series_uid, geometry, found.legend, base, deltas))
    return replace(found, revision=latest.id if latest else None, news=(*news, *found.news))


def recover_alone(
    library: str, journal: Journal, series_uid: str, geometry: Geometry, fresh: Legend
) -> Recovered | None:
    """The annotation of a series as far as its journal holds all of it, while the library cannot be read.

    None where the journal goes on from a revision of the library, holds another grid, or is damaged and cannot be
    copied: then it is left as it is.

    Args:
        library: its name.
        fresh: the legend of a mask that nobody has begun.
    """
    empty = (np.zeros(geometry.shape_kji, np.uint8),)
    try:
        if not journal.entries:
            news = _damage(journal)
            journal.begin(Beginning(library, series_uid, geometry, fresh, None))
            return Recovered(empty, fresh, news=news)
        line = replay(journal.entries)
        if line.beginning.revision is not None or not line.beginning.geometry.matches(geometry):
            return None
        news = (*(() if line.saved else (BROUGHT_BACK,)), *_damage(journal))
        return Recovered(line.mask(empty), line.legend, line.revision, line.saved, line.done, line.undone, news)
    except (JournalError, SaveError):
        return None


def tidy(journal: Journal, entries: int = 0) -> None:
    """Fold the oldest steps of a journal that has grown large.

    Raises:
        LibraryError, SaveError: it stays as it is.
    """
    if journal.byte_size > FOLD_BYTES or entries > FOLD_ENTRIES:
        journal.rewrite(fold(journal.read(), LIMIT_STEPS, DEFAULT_LIMIT_BYTES))


def _damage(journal: Journal | None) -> tuple[str, ...]:
    """What the person is told of a damaged journal, now copied: the next step is written over what could not be read.

    Raises:
        SaveError: it could not be copied.
    """
    if journal is None or not journal.damaged:
        return ()
    return (f"{journal.path.name} was damaged: the steps before are here, all of it is {journal.copy().name}.",)


def _from_journal(
    library: "Library", journal: Journal, latest: MaskRevision | None, geometry: Geometry
) -> Recovered | None:
    """None when somebody went on from what was saved: then the library's mask is the one to show."""
    line = replay(journal.entries)
    if not line.beginning.geometry.matches(geometry):
        raise JournalError(f"{journal.path.name}: {OTHER_GRID}")
    layers = line.mask(_base(library, line, journal.path.name))
    news = [BROUGHT_BACK] if not line.saved else []
    if line.revision is not None and not library.holds(line.revision, line.beginning.series_uid):
        news = [LOST.format(line.revision)]
        line = _noted(journal, line, Saved(_still_held(library, journal, line), whole=False))
    if latest is not None and latest.id != line.revision:
        if _same(latest.labelmap, layers, line):
            line, news = _noted(journal, line, Saved(latest.id)), []
        elif line.saved:
            return _gone_on(journal, line, latest)
        else:
            news.append(CONFLICT)
    with suppress(SaveError):  # a full disk: what is not folded is as good
        tidy(journal, len(journal.entries))
    return Recovered(layers, line.legend, line.revision, line.saved, line.done, line.undone, tuple(news))


def _base(library: "Library", line: Line, name: str) -> Layers:
    """The layers that the first step of a journal changed."""
    beginning = line.beginning
    if beginning.revision is None:
        return (np.zeros(beginning.geometry.shape_kji, np.uint8),)
    if library.holds(beginning.revision, beginning.series_uid):
        mask = library.revision(beginning.revision).labelmap
        if mask.geometry.matches(beginning.geometry):
            return mask.layers
    raise JournalError(
        f"{name}: its steps change revision {beginning.revision} of this mask, which the library has lost."
    )


def _still_held(library: "Library", journal: Journal, line: Line) -> int | None:
    """The last revision that the mask went through and that the library has."""
    noted = (
        each.revision for each in reversed(journal.entries) if isinstance(each, Saved) and each.revision is not None
    )
    uid = line.beginning.series_uid
    return next((each for each in noted if library.holds(each, uid)), line.beginning.revision)


def _noted(journal: Journal, line: Line, entry: Saved) -> Line:
    """The line with this at its end; on a full disk it is written with the next step."""
    with suppress(SaveError):
        journal.append(entry)
    return replace(line, saved=entry.whole, revision=entry.revision)


def _gone_on(journal: Journal, line: Line, latest: MaskRevision) -> Recovered | None:
    """Somebody's revision with the steps that are not of masks: of measurements and answers the library may have none.

    None where there are no such steps, or the revision is of another grid.
    """
    done = tuple(step for step in line.done if changes_no_mask(step))
    undone = tuple(step for step in line.undone if changes_no_mask(step))
    if not (done or undone) or not latest.labelmap.geometry.matches(line.beginning.geometry):
        journal.rewrite(())
        return None
    legend = _legend(latest.labelmap, latest.provenance)
    beginning = replace(line.beginning, legend=legend, revision=latest.id, deltas=())
    journal.rewrite((beginning, *done, *reversed(undone), *("undo" for _ in undone)))
    return Recovered(latest.labelmap.layers, legend, latest.id, done=done, undone=undone)


def _same(mask: Labelmap, layers: Layers, line: Line) -> bool:
    fits = mask.geometry.matches(line.beginning.geometry) and mask.labels == line.legend.labels
    return fits and not replace_layers(mask.layers, layers, "")


def _from_library(latest: MaskRevision | None, draft: Labelmap | None, geometry: Geometry, fresh: Legend) -> Recovered:
    """The latest revision, or a newer draft that an earlier version of the program kept."""
    origin = draft.provenance if draft and draft.geometry.matches(geometry) else None
    if draft is not None and origin and (latest is None or origin.time > latest.provenance.time):
        return Recovered(draft.layers, _legend(draft, origin), saved=False, news=(BROUGHT_BACK,))
    if latest is None:
        return Recovered((np.zeros(geometry.shape_kji, np.uint8),), fresh)
    return Recovered(latest.labelmap.layers, _legend(latest.labelmap, latest.provenance))


def _legend(mask: Labelmap, origin: Provenance) -> Legend:
    return Legend(mask.labels, origin.model, origin.model_version)


def _difference(base: MaskRevision | None, layers: Layers) -> tuple[MaskDelta, ...]:
    before = (np.zeros_like(layers[0]),) if base is None else base.labelmap.layers
    return pack(replace_layers(before, layers, ""))
