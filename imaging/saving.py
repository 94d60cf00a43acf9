"""Files that are whole or not there, one or a folder of them: write beside, fsync, replace, fsync the folder."""

import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from stat import S_IMODE

from imaging.errors import SaveError


@contextmanager
def replacing(path: Path) -> Generator[Path]:
    """A temporary path beside ``path`` with the same suffixes; takes its place when the block ends without error.

    Who may read it is what it was; of a new file, as the person's umask says.

    Raises:
        SaveError: the folder cannot be written or the disk is full; what stood at ``path`` is untouched.
    """
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        name = path.parent / f".saving-{token_hex(8)}{''.join(path.suffixes[-2:])}"
        name.touch(exist_ok=False)
        temporary = name
        with suppress(FileNotFoundError):
            name.chmod(S_IMODE(path.stat().st_mode))
        yield temporary
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        temporary.replace(path)
        temporary = None
        _sync_folder(path.parent)
    except OSError as error:
        raise SaveError(path, error.strerror or str(error)) from error
    finally:
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink()


def write_bytes(path: Path, data: bytes) -> None:
    """Write a whole file or leave the old one.

    Raises:
        SaveError: see :func:`replacing`.
    """
    with replacing(path) as temporary:
        temporary.write_bytes(data)


@contextmanager
def filling(folder: Path) -> Generator[Path]:
    """A temporary folder beside ``folder``; its files take their places in it when the block ends without error.

    Files of other names in ``folder`` stay. Until all are written, none is there.

    Raises:
        SaveError: see :func:`replacing`; what stood in ``folder`` is untouched.
    """
    temporary: Path | None = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".saving-"))
        yield temporary
        files = [file for file in sorted(temporary.rglob("*")) if file.is_file()]
        for file in files:
            with file.open("rb") as written:
                os.fsync(written.fileno())
        for file in files:
            place = folder / file.relative_to(temporary)
            place.parent.mkdir(parents=True, exist_ok=True)
            file.replace(place)
        for each in {(folder / file.relative_to(temporary)).parent for file in files}:
            _sync_folder(each)
    except OSError as error:
        raise SaveError(folder, error.strerror or str(error)) from error
    finally:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
