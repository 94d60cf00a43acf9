"""Memory that two processes see: nameless, so that nothing is left behind when either of them is killed.

On Linux it is a sealed memfd: the worker cannot make it shorter under the reader's feet. On other Unix systems it is
a temporary file without a name. On Windows it is a named mapping, which ends with its last user.
"""

import mmap
import os
import secrets
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Block:
    """A stretch of shared memory on its way to a worker.

    Attributes:
        size: bytes.
        fd: file descriptor to pass on; None on Windows.
        name: name of the mapping on Windows, else empty.
        view: mapped for reading (for writing too where the system needs it). Ends with the last array that uses it.
    """

    size: int
    fd: int | None
    name: str
    view: mmap.mmap

    def close(self) -> None:
        """Give up the descriptor; the mapping stays as long as it is used."""
        if self.fd is not None:
            os.close(self.fd)

    def array(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
        """Read-only array over the memory; it keeps the memory alive."""
        array = np.frombuffer(self.view, dtype, int(np.prod(shape, dtype=object))).reshape(shape)
        array.flags.writeable = False
        return array


def new_block(size: int) -> Block:
    """Zeroed shared memory of ``size`` bytes.

    Raises:
        OSError: the system has no such memory to give.
    """
    if sys.platform == "win32":
        name = f"wetread-{secrets.token_hex(16)}"
        return Block(size, None, name, mmap.mmap(-1, size, tagname=name))  # pyright: ignore[reportCallIssue]  Windows only
    fd = _nameless_file()
    try:
        os.ftruncate(fd, size)
        _seal(fd)
        return Block(size, fd, "", mmap.mmap(fd, size, prot=mmap.PROT_READ))
    except BaseException:
        os.close(fd)
        raise


def writable(size: int, fd: int | None, name: str) -> mmap.mmap:
    """The same memory, mapped by the worker for writing.

    Raises:
        OSError: it does not fit into the worker's address space.
    """
    if sys.platform == "win32":
        return mmap.mmap(-1, size, tagname=name)  # pyright: ignore[reportCallIssue]  Windows only
    assert fd is not None
    try:
        return mmap.mmap(fd, size)
    finally:
        os.close(fd)


def _nameless_file() -> int:
    if sys.platform == "linux":
        return os.memfd_create("wetread", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    fd, name = tempfile.mkstemp(prefix="wetread-")
    Path(name).unlink()
    return fd


def _seal(fd: int) -> None:
    """A file that its writer can shorten would end the reader with SIGBUS."""
    if sys.platform == "linux":
        import fcntl

        fcntl.fcntl(fd, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL)
