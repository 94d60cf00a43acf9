"""A desktop that is scaled: the same voxel under the mouse, one to one by pixels of the display, a sharp window."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from imaging.phantom import PhantomStudy


@pytest.mark.parametrize("ratio", ["1.5", "2"])
def test_a_scaled_desktop(tmp_path: Path, phantom_study: PhantomStudy, ratio: str) -> None:
    """In a process of its own: the scale is settled when Qt starts."""
    script = Path(__file__).with_name("scaled_desktop.py")
    folder = tmp_path / "room"
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, str(script), str(phantom_study.ct), str(folder), ratio],
        env=os.environ | {"QT_SCALE_FACTOR": ratio, "QT_QPA_PLATFORM": "offscreen"},
        cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "the same"
