"""The answers about studies and what is in them: every state of each, as it was given, changed or withdrawn."""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC

from sqlalchemy import ColumnElement, and_, or_, select

from imaging.annotation import AnswerRevision, newest
from imaging.classification import Answer, Level, Target, choice_of
from imaging.errors import LibraryError
from imaging.labelmap import Provenance
from imaging.library import reading_times, rows
from imaging.library.schema import AnswerRow
from imaging.library.store import Library
from imaging.study import Series


class Answered:
    """Answers in a library's database. Every method may raise LibraryError: the database's own words.

    For any number of threads: each call is a transaction of its own.
    """

    def __init__(self, library: Library) -> None:
        self._library = library

    def save(self, series: Series, answers: Sequence[Answer], withdrawn: bool = False) -> None:
        """Keep another state of each answer, on disk when this returns.

        Args:
            series: the one that was looked at.
            answers: of a reader whose clock was set back meanwhile, the time of the begin is kept.
            withdrawn: they are taken back; what they were stays in their revisions.
        """
        with self._library.transaction("the answer could not be saved") as session:
            rows.keep_series(session, series)
            for each in answers:
                made = each.provenance
                time = reading_times.since_begun(session, series.uid, made.author, made.time)
                session.add(_row(series.uid, replace(each, provenance=replace(made, time=time)), withdrawn))

    def of(
        self, study: str, series_uid: str, unseen: frozenset[str] = frozenset(), reader: str | None = None
    ) -> tuple[Answer, ...]:
        """The answers about a study and one of its series as they are now, in the order in which they were given.

        Args:
            unseen: people whose answers are not shown, as in a blind reading.
            reader: only what this person answered, whatever others said later.
        """
        seen = [each for each in self.history(study, series_uid) if each.answer.provenance.author not in unseen]
        return tuple(each.answer for each in newest(seen, reader))

    def history(self, study: str, series_uid: str) -> tuple[AnswerRevision, ...]:
        """Every state of the answers about a study and one of its series, oldest first.

        Raises:
            LibraryError: the library cannot be read, or a stored answer is damaged.
        """
        of_study = and_(AnswerRow.study_key == study, AnswerRow.level == Level.STUDY.value)
        return self._revisions(or_(of_study, and_(AnswerRow.series_uid == series_uid, AnswerRow.level != Level.STUDY)))

    def seen_in(self, series_uid: str) -> tuple[AnswerRevision, ...]:
        """Every state of the answers that were given while a series was looked at, oldest first.

        Raises:
            LibraryError: see :meth:`history`.
        """
        return self._revisions(AnswerRow.series_uid == series_uid)

    def _revisions(self, wanted: ColumnElement[bool]) -> tuple[AnswerRevision, ...]:
        with self._library.transaction("answers could not be read") as session:
            found = session.scalars(select(AnswerRow).where(wanted).order_by(AnswerRow.id))
            return tuple(_revision(row) for row in found)


def _row(series_uid: str, answer: Answer, withdrawn: bool) -> AnswerRow:
    target = answer.target
    return AnswerRow(
        study_key=target.study,
        series_uid=series_uid,
        level=target.level.value,
        k=target.k,
        region=target.region,
        label_set=answer.label_set,
        set_version=answer.set_version,
        question=answer.question,
        chosen=json.dumps([asdict(each) for each in answer.chosen], ensure_ascii=False),
        withdrawn=withdrawn,
        **rows.origin_columns(answer.provenance),
    )


def _revision(row: AnswerRow) -> AnswerRevision:
    try:
        level = Level(row.level)
        chosen = tuple(choice_of(each) for each in json.loads(row.chosen))
    except (KeyError, TypeError, ValueError) as error:
        raise LibraryError(f"a stored answer is damaged: {row.question} of series {row.series_uid}") from error
    target = Target(level, row.study_key, "" if level is Level.STUDY else row.series_uid, row.k, row.region)
    made = Provenance(row.author, row.time.replace(tzinfo=UTC), row.model, row.model_version)
    answer = Answer(target, row.label_set, row.set_version, row.question, chosen, made)
    return AnswerRevision(row.id, row.series_uid, answer, row.withdrawn)
