"""What keeps the window quick and its state testable, and what import-linter cannot see."""

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

OPEN_THE_WINDOW = """
import sys
from viewer.app import Application, application
qt = application()
main = Application()
main.window.show()
qt.processEvents()
main.window.grab()
heavy = {"torch", "torchvision", "captum", "monai", "timm", "sqlalchemy", "numba", "SimpleITK"} & set(sys.modules)
main.shut_down()
sys.exit(f"loaded: {sorted(heavy)}" if heavy else 0)
"""


def test_window_opens_without_what_takes_long_to_load() -> None:
    done = subprocess.run([sys.executable, "-c", OPEN_THE_WINDOW], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_state_knows_qtcore_only() -> None:
    for path in (ROOT / "viewer" / "state").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [
                    f"{node.module}.{alias.name}" if node.module == "PySide6" else node.module for alias in node.names
                ]
            qt = [name for name in names if name.startswith(("PySide6", "pyqtgraph"))]
            assert all(name == "PySide6.QtCore" for name in qt), f"{path.name}: {qt}"
