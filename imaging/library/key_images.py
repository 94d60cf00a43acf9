"""The key images of each series: every state of each, as it was marked, noted on or taken away."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from imaging.errors import LibraryError
from imaging.key_image import KeyImage, packed, unpacked
from imaging.library import rows
from imaging.library.schema import KeyImageRow
from imaging.library.store import Library
from imaging.study import Series


class KeptKeyImages:
    """Key images in a library's database. Every method may raise LibraryError: the database's own words."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def save(
        self, series: Series, key_image: KeyImage, picture: bytes, author: str, time: datetime, deleted: bool = False
    ) -> None:
        """Keep another state of a key image, on disk when this returns.

        Args:
            picture: PNG, small.
            deleted: it is taken away; what it was stays in the earlier rows.
        """
        with self._library.transaction("the key image could not be saved") as session:
            rows.keep_series(session, series)
            session.add(
                KeyImageRow(
                    series_uid=series.uid,
                    uid=key_image.uid,
                    deleted=deleted,
                    content=packed(key_image),
                    picture=picture,
                    **rows.by_whom(author, time),
                )
            )

    def of(
        self, series_uids: Sequence[str], unseen: frozenset[str] = frozenset()
    ) -> tuple[tuple[KeyImage, bytes], ...]:
        """The key images of some series as they are now with their pictures, in the order in which they were marked.

        Args:
            series_uids: of these series.
            unseen: people whose key images are not shown, as in a blind reading.

        Raises:
            LibraryError: the library cannot be read, or a stored key image is damaged.
        """
        wanted = select(KeyImageRow).where(KeyImageRow.series_uid.in_(series_uids)).order_by(KeyImageRow.id)
        latest: dict[str, tuple[KeyImage, bytes] | None] = {}
        with self._library.transaction("key images could not be read") as session:
            for row in session.scalars(wanted.where(KeyImageRow.author.not_in(unseen))):
                latest[row.uid] = None if row.deleted else (_read(row), row.picture)
        return tuple(each for each in latest.values() if each is not None)


def _read(row: KeyImageRow) -> KeyImage:
    try:
        return unpacked(row.content)
    except ValueError as error:
        raise LibraryError(f"a stored key image is damaged: {error}") from error
