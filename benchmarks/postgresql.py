"""A PostgreSQL server of our own on loopback, from Debian's package, for tests and measurements; gone afterwards."""

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_DEBIAN = Path("/usr/lib/postgresql")


def programs() -> Path | None:
    """The folder of ``initdb`` and ``pg_ctl``, of the newest version there is; None where PostgreSQL is missing."""
    versions = sorted(_DEBIAN.glob("*/bin/initdb"), key=lambda path: float(path.parents[1].name))
    found = str(versions[-1]) if versions else shutil.which("initdb")
    return Path(found).resolve().parent if found else None


@dataclass(frozen=True)
class Server:
    """A server that can go and come back.

    Attributes:
        url: the SQLAlchemy URL of its database.
    """

    url: str
    binaries: Path
    folder: Path
    flags: str

    def start(self) -> None:
        """Take connections from now on."""
        self._control("-w", "-l", self.folder / "log", "-o", self.flags, "start")

    def stop(self) -> None:
        """Break all connections off at once."""
        self._control("-m", "immediate", "stop")

    def _control(self, *arguments: str | Path) -> None:
        _run([self.binaries / "pg_ctl", "-D", self.folder / "data", *arguments], self.folder)


@contextmanager
def postgresql(settings: Sequence[str] = ()) -> Generator[str]:
    """The SQLAlchemy URL of an empty database; see :func:`running`."""
    with running(settings) as server:
        yield server.url


@contextmanager
def running(settings: Sequence[str] = ()) -> Generator[Server]:
    """A server with an empty database that runs while the block does.

    Args:
        settings: of the server, as ``name=value``.

    Raises:
        FileNotFoundError: PostgreSQL is not installed.
        subprocess.CalledProcessError: it could not be started.
    """
    binaries = programs()
    if binaries is None:
        raise FileNotFoundError("no PostgreSQL: on Debian, apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="wetread-postgresql-"))
    data, password, port = folder / "data", secrets.token_hex(16), _free_port()
    try:
        (folder / "password").write_text(password)
        _give(folder)
        _run([binaries / "initdb", "-D", data, "-U", "wetread", "-A", "scram-sha-256", "-E", "UTF8", "--no-locale",
              f"--pwfile={folder / 'password'}"], folder)  # fmt: skip
        options = [f"port={port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={folder}", *settings]
        flags = " ".join(f"-c {option}" for option in options)
        url = f"postgresql+psycopg://wetread:{password}@127.0.0.1:{port}/postgres"
        server = Server(url, binaries, folder, flags)
        server.start()
        try:
            yield server
        finally:
            if (data / "postmaster.pid").exists():
                server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(command: Sequence[str | Path], folder: Path) -> None:
    """Run as a user without rights: PostgreSQL refuses to be root."""
    user = _unprivileged()
    subprocess.run(command, check=True, cwd=folder, user=user, group=user and pwd.getpwnam(user).pw_gid,
                   extra_groups=[] if user else None, stdout=subprocess.DEVNULL)  # fmt: skip


def _give(folder: Path) -> None:
    user = _unprivileged()
    if user:
        for path in (folder, *folder.iterdir()):
            shutil.chown(path, user)


def _unprivileged() -> str | None:
    """The name of another user where this one is root."""
    if os.geteuid():
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
