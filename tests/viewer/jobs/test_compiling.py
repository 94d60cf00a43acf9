"""A program without machine code of an earlier run has another process make it."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from imaging.progress import Cancelled
from viewer.jobs import compiling

RUN = """
import numpy as np
from imaging.progress import silent
from imaging.reslicing import keeps_code, kernels
from viewer.jobs.compiling import prepare_planes
if __name__ == "__main__":
    before = keeps_code()
    prepare_planes(np.int16, silent)
    stats = kernels.linear.stats
    print(before, keeps_code(), sum(stats.cache_misses.values()), sum(stats.cache_hits.values()))
"""


def test_code_is_compiled_by_another_process_and_loaded_by_this_one(tmp_path: Path) -> None:
    script = tmp_path / "run.py"
    script.write_text(RUN)
    root = Path(compiling.__file__).parents[2]
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "code"), "PYTHONPATH": str(root)}
    for before in ("False", "True"):
        done = subprocess.run([sys.executable, script], env=environment, capture_output=True, text=True, check=True)
        assert done.stdout.split() == [before, "True", "0", "1"], "nothing compiled here, one kernel found on disk"


def test_a_compilation_that_nobody_waits_for_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiling, "keeps_code", lambda: False)

    def refuse(done: int, total: int, text: str) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        compiling.prepare_planes(np.int16, refuse)
