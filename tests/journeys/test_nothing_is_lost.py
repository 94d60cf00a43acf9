"""Kill it at any moment: the last finished stroke is there when it starts again."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
from pytestqt.qtbot import QtBot

from imaging.phantom import PhantomStudy
from viewer.app import Application, application
from viewer.places import Places

PAINT_AND_DIE = """
import os, signal, sys
from pathlib import Path
import numpy as np
from tests.strokes import stroke
from viewer.app import Application, application
from viewer.places import Places
from viewer.waiting import wait_until

if __name__ == "__main__":
    data, study = Path(sys.argv[1]), Path(sys.argv[2])
    application()
    main = Application(Places(data, data))
    main.window.show()
    main.reading.open([study])
    wait_until(lambda: not main.runner.busy() and main.session.volume is not None, "the study")
    state = main.segmentation
    for row in (60.0, 90.0, 120.0):
        edit = stroke(state.array, state.geometry, 0, main.view.k, [(row, 80.0)], 6.0, state.active)
        state.apply(edit)
    state.undo()
    np.save(data / "painted.npy", state.array)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_strokes_survive_a_kill(qtbot: QtBot, tmp_path: Path, phantom_study: PhantomStudy) -> None:
    script = tmp_path / "paint.py"
    script.write_text(PAINT_AND_DIE)
    data = tmp_path / "data"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, str(script), str(data), str(phantom_study.ct)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr

    application()
    main = Application(Places(data, data))
    qtbot.addWidget(main.window)
    main.window.show()
    main.reading.open([phantom_study.ct])
    qtbot.waitUntil(lambda: not main.runner.busy() and main.session.volume is not None, timeout=60_000)
    assert np.array_equal(main.segmentation.array, np.load(data / "painted.npy"))
    assert main.segmentation.array.any()
    assert (main.segmentation.history.undo_name, main.segmentation.history.redo_name) == ("Brush", "Brush")
    assert main.keyframing.frames == (main.view.k,), "and the frame that was drawn on"
    main.segmentation.undo()
    main.segmentation.undo()
    assert main.keyframing.frames == ()
    assert not main.segmentation.array.any(), "the undo line came back too"
    for _ in range(3):
        main.segmentation.redo()
    assert main.segmentation.array[main.view.k, 120, 80], "and what was undone before the kill can be redone"
    assert not main.segmentation.saved, "brought back, and still to be saved"
    assert any("brought back" in notice.text for notice in main.notices.all)
    main.window.close()
