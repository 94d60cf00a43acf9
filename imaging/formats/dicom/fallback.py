"""Files of processes without a decoder here, decompressed by DCMTK or GDCM in a process of its own.

Both abort on some hostile files, so neither is ever loaded into this process. A tool that is not installed is not
missed before a file needs it.
"""

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

SECONDS = 8.0
"""Longest run of a tool on one file: shorter than the silence after which a reading worker is stopped."""

MOST_ADDRESS_BYTES = 4 << 30
_TOOLS = (("dcmdjpeg",), ("dcmdjpls",), ("gdcmconv", "--raw"))


class FallbackError(Exception):
    """No tool could decompress the file, and why."""


class Fallback:
    """One file's native copy, made when it is first asked for and deleted by :meth:`close`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._folder: TemporaryDirectory[str] | None = None

    def native_file(self) -> Path:
        """The file decompressed.

        Raises:
            FallbackError: no tool is installed, or none succeeded.
        """
        if self._folder is None:
            self._folder = TemporaryDirectory(prefix="native-")
            _decompress(self._path, Path(self._folder.name) / "native.dcm")
        native = Path(self._folder.name) / "native.dcm"
        if not native.is_file():
            raise FallbackError("no tool could decompress it")
        return native

    def close(self) -> None:
        """Delete the copy."""
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None


def _decompress(source: Path, target: Path) -> None:
    """Write the native copy with the first tool that can.

    Raises:
        FallbackError: none could; the reason names what each did.
    """
    failures: list[str] = []
    for name, *options in _TOOLS:
        program = shutil.which(name)
        if program is None:
            continue
        failure = _run([program, *options, str(source.resolve()), str(target)])
        if not failure and target.is_file():
            return
        target.unlink(missing_ok=True)
        failures.append(f"{name} {failure or 'wrote nothing'}")
    raise FallbackError("; ".join(failures) or "it needs dcmdjpeg (DCMTK) or gdcmconv (GDCM) on the search path")


def _run(command: list[str]) -> str:
    """What went wrong, in words; empty where the tool ended well."""
    try:
        with subprocess.Popen(  # noqa: S603 - found on the search path, no shell; the file's name is an absolute path
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            _limit_memory(process.pid)
            try:
                status = process.wait(SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                return f"took longer than {SECONDS:g} s"
    except OSError as error:
        return f"cannot be started: {error.strerror}"
    return f"ended with status {status}" if status else ""


def _limit_memory(process: int) -> None:
    """Bound the address space of a running process, where the system can."""
    if sys.platform == "linux":
        import resource

        try:
            resource.prlimit(process, resource.RLIMIT_AS, (MOST_ADDRESS_BYTES, MOST_ADDRESS_BYTES))
        except ProcessLookupError:
            return
