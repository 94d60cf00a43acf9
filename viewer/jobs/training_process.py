"""The viewer's one door to training: a separate process that reports in JSON lines."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from imaging.progress import Report
from viewer.errors import ViewerError

Event = dict[str, Any]
GRACE_S = 10.0


def run_training(config: Path, out: Path, report: Report, on_event: Callable[[Event], None]) -> Path:
    """The folder of the model package that training released; blocks until the process ends.

    Args:
        config: a training configuration (TOML).
        out: folder of the run: split, curves, checkpoints, report.
        report: progress; raising :class:`Cancelled` stops the process.
        on_event: every JSON line the process writes, as it comes.

    Raises:
        Cancelled: stopped on request.
        ViewerError: the process failed; carries its own words.
    """
    command = [sys.executable, "-m", "training", str(config), "--out", str(out), "--json-progress"]
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as log:
        with subprocess.Popen(  # noqa: S603  our own interpreter and module
            command, stdout=subprocess.PIPE, stderr=log, text=True, encoding="utf-8", env=_environment()
        ) as process:
            try:
                released, problem = _follow(process, report, on_event)
            except BaseException:
                _stop(process)
                _hear_out(process, on_event)
                raise
        if process.returncode == 0 and released is not None:
            return released
        log.seek(0)
        tail = log.read().strip().splitlines()[-1:] or [f"exit status {process.returncode}"]
        raise ViewerError(f"Training stopped: {problem or tail[0]}")


def _environment() -> dict[str, str]:
    root = str(Path(__file__).parents[2])
    path = os.environ.get("PYTHONPATH")
    return {**os.environ, "PYTHONPATH": f"{root}{os.pathsep}{path}" if path else root}


def _follow(
    process: "subprocess.Popen[str]", report: Report, on_event: Callable[[Event], None]
) -> tuple[Path | None, str]:
    released, problem = None, ""
    assert process.stdout is not None
    for event in _events(process.stdout):
        on_event(event)
        match event.get("event"):
            case "progress":
                report(int(event["done"]), int(event["total"]), str(event["text"]))
            case "released":
                released = Path(event["folder"])
            case "error":
                problem = str(event["message"])
            case _:
                pass
    return released, problem


def _hear_out(process: "subprocess.Popen[str]", on_event: Callable[[Event], None]) -> None:
    """Pass on what a process that has ended said last: that it released all the same, where the stop came late."""
    assert process.stdout is not None
    for event in _events(process.stdout):
        on_event(event)


def _events(lines: Iterable[str]) -> Iterator[Event]:
    for line in lines:
        try:
            yield json.loads(line)
        except json.JSONDecodeError:
            continue


def _stop(process: "subprocess.Popen[str]") -> None:
    process.terminate()
    try:
        process.wait(GRACE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
