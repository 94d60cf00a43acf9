"""The door to training, with a program in the place of Python that ends as training can."""

import sys
from pathlib import Path

import pytest

from imaging.progress import Cancelled
from viewer.jobs import training_process

RELEASES_ALL_THE_SAME = """#!{python}
import signal, sys, time
def stop(*_):
    print('{{"event": "released", "folder": "late-1.0.0"}}', flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
print('{{"event": "progress", "done": 9, "total": 10, "text": "Judging"}}', flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="scripts name their interpreter, and SIGTERM is heard")
def test_what_is_released_while_the_process_is_stopped_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "python"
    program.write_text(RELEASES_ALL_THE_SAME.format(python=sys.executable))
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    told: list[training_process.Event] = []

    def stopped(_done: int, _total: int, _text: str) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        training_process.run_training(tmp_path / "config.toml", tmp_path / "run", stopped, told.append)
    assert told[-1] == {"event": "released", "folder": "late-1.0.0"}
