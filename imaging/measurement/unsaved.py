"""What an undo line did to measurements and a library does not hold, because it could not be written meanwhile."""

from collections.abc import Iterable, Mapping

from imaging.measurement.edit import MeasurementEdit
from imaging.measurement.measurement import Measurement


def not_kept(
    done: Iterable[MeasurementEdit],
    undone: Iterable[MeasurementEdit],
    kept: Mapping[str, Measurement],
    known: frozenset[str],
) -> tuple[MeasurementEdit, ...]:
    """The changes that lead from what is kept to where the undo line of one series ends.

    What is kept in a state that the line never had was changed by somebody else since: it stays.

    Args:
        done: changes in the order they were made; undone: those taken back, in that order.
        kept: measurements of the series as the library has them, by uid.
        known: of these the library has or had a state; one that is not kept any more was deleted.
    """
    ends: dict[str, MeasurementEdit] = {}
    states: dict[str, set[Measurement]] = {}
    for each in done:
        ends[_uid(each)] = each
        states.setdefault(_uid(each), set()).update(filter(None, (each.before, each.after)))
    stay = frozenset(ends)
    for each in undone:
        if _uid(each) not in stay:
            ends[_uid(each)] = each.reverted()
        states.setdefault(_uid(each), set()).update(filter(None, (each.before, each.after)))
    found = (_change(end, kept.get(uid), uid in known, states[uid]) for uid, end in ends.items())
    return tuple(each for each in found if each is not None)


def _change(
    end: MeasurementEdit, now: Measurement | None, is_known: bool, states: set[Measurement]
) -> MeasurementEdit | None:
    """From what is kept of a measurement to the end of its line; None where that is not ours to change."""
    ours = now in states if now is not None else not is_known
    return MeasurementEdit(end.series_uid, now, end.after) if ours and now != end.after else None


def _uid(edit: MeasurementEdit) -> str:
    found = edit.after or edit.before
    return "" if found is None else found.uid
