"""A worker that waits for a disk that is gone cannot be killed before it answers: it is left behind."""

import subprocess
from pathlib import Path

import pytest

from imaging.sandbox.limits import Limits, default_memory_bytes
from imaging.sandbox.process import WorkerProcess


def test_a_worker_that_no_signal_ends_does_not_hold_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = WorkerProcess(Limits(default_memory_bytes(), 10.0), str(tmp_path))
    waited: list[float | None] = []
    wait = subprocess.Popen.wait

    def never_ends(process: subprocess.Popen[bytes], timeout: float | None = None) -> int:
        waited.append(timeout)
        if timeout is None:
            pytest.fail("waits for ever")
        raise subprocess.TimeoutExpired("worker", timeout)

    with monkeypatch.context() as patch:
        patch.setattr(subprocess.Popen, "wait", never_ends)
        worker.stop()
    assert len(waited) == 1
    worker.stop()
    assert wait is subprocess.Popen.wait and not worker.is_alive
