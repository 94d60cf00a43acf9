"""Run by test_side_windows with two monitors: the second one goes while a window of viewports stands on it."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from PySide6.QtGui import QGuiApplication

from viewer.app import Application, application
from viewer.places import Places
from viewer.waiting import wait_until


def main(ct: Path, folder: Path) -> None:
    qt = application()
    one, two = QGuiApplication.screens()
    made = Application(Places(folder / "data", folder / "cache"))
    made.window.setGeometry(20, 20, 1000, 700)
    made.window.show()
    made.reading.open([ct])
    wait_until(lambda: not made.runner.busy() and made.session.volume is not None, "the series")
    made.side_windows.open()
    (window,) = made.side_windows.windows
    assert two.geometry().contains(window.geometry().center()), "it stands on the monitor that was free"
    made.reading.load_uid(made.session.sheets[0].active.series.uid)
    wait_until(lambda: made.session.volume is not None, "the series in the second window")
    made.session.view.set_slice(3)
    pane, volume = made.session.active, made.session.volume
    qt.screenRemoved.emit(two)
    assert one.geometry().contains(window.geometry()), window.geometry()
    assert window.isVisible() and made.session.active is pane and pane.volume is volume and pane.view.k == 3
    assert made.window.geometry().topLeft().toTuple() == (20, 20), "the main window stood elsewhere"
    assert "came back from two" in made.notices.all[-1].text
    made.window.close()
    sys.stdout.write("kept\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
