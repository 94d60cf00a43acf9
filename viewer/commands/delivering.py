"""What a model found reaches the series it was asked of, also when another one is worked in by then."""

from collections.abc import Callable
from dataclasses import dataclass

from viewer.state.notices import Notices
from viewer.state.opened import OpenSeries
from viewer.state.session import Session


@dataclass(frozen=True)
class _Found:
    series_uid: str
    name: str
    show: Callable[[], None]


class Delivering:
    """Shows results at once where their series is worked in, else when it is again, and says so.

    Results of a series that is neither in a viewport nor listed any more are let go, and that is said as well.
    """

    def __init__(self, session: Session, notices: Notices) -> None:
        self._session, self._notices = session, notices
        self._waiting: list[_Found] = []
        session.volume_changed.connect(self._hand_over)

    def deliver(self, opened: OpenSeries, what: str, show: Callable[[], None]) -> bool:
        """Whether ``show`` was called: the series that the result belongs to is worked in.

        Args:
            what: the result in words, for who has to wait for it.
        """
        if self._session.opened is not None and _uid(self._session.opened) == _uid(opened):
            show()
            return True
        found = _Found(_uid(opened), f"{what} of {_title(opened)}", show)
        if self._within_reach(found):
            self._waiting.append(found)
            self._notices.add("info", f"{found.name} is ready: it is shown when you work in that series again.")
        else:
            self._let_go(found)
        return False

    def _hand_over(self) -> None:
        waiting, self._waiting = self._waiting, []
        worked_in = "" if self._session.opened is None else _uid(self._session.opened)
        for found in waiting:
            if found.series_uid == worked_in:
                found.show()
            elif self._within_reach(found):
                self._waiting.append(found)
            else:
                self._let_go(found)

    def _within_reach(self, found: _Found) -> bool:
        listed = self._session.study.series if self._session.study else ()
        shown = (_uid(pane.opened) for pane in self._session.panes if pane.opened)
        return found.series_uid in {*shown, *(series.uid for series in listed)}

    def _let_go(self, found: _Found) -> None:
        self._notices.add("warning", f"{found.name} was let go, as that series is no longer open. Run the model again.")


def _uid(opened: OpenSeries) -> str:
    return opened.series.uid if opened.series else opened.volume.series_uid


def _title(opened: OpenSeries) -> str:
    return (opened.series.description if opened.series else "") or _uid(opened)
