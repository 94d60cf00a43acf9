import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from training.__main__ import main

ROOT = Path(__file__).parents[2]


def test_a_failure_is_told_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    try:
        assert main([str(tmp_path / "none.toml"), "--out", str(tmp_path), "--json-progress"]) == 1
    finally:
        signal.signal(signal.SIGTERM, before[0])
        signal.signal(signal.SIGINT, before[1])
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line) == {"event": "error", "message": "none.toml: cannot be read (No such file or directory)"}


def test_a_stopped_process_ends_at_its_next_step(index: Path, tmp_path: Path) -> None:
    """The process tells that it starts before torch is there; a stop sent then is heard at the first example."""
    config = tmp_path / "config.toml"
    config.write_text(
        f'name = "squares"\ndata = {{ index = {json.dumps(str(index))} }}\n'
        'task = "classification"\npretrained = false\n'
        'input = { modalities = ["CT"] }\nlabels = [{ name = "left", value = 0 }, { name = "right", value = 1 }]\n'
        'network = { name = "classifier", encoder = "tf_efficientnet_lite0" }\npreprocessing = { size_px = [64, 64] }\n'
    )
    command = [sys.executable, "-m", "training", str(config), "--out", str(tmp_path / "run"), "--json-progress"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ, "PYTHONWARNINGS": "ignore"}
    ) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["text"] == "Starting"
        process.terminate()
        last = process.stdout.read().splitlines()[-1]
        assert process.wait(60) == 1
    assert json.loads(last) == {"event": "error", "message": "stopped on request; nothing was released"}
    assert not list((tmp_path / "run").glob("squares-*"))
