"""Every dialog of the program, opened over a series that it has something to say of."""

from datetime import UTC, datetime

import numpy as np
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from imaging.labelmap import Label, Labelmap, Provenance
from imaging.library.queued import BlindReading, CaseState, WorkQueue
from imaging.study import Series
from viewer.app import Application

DIALOGS = (
    "palette", "keys", "key_sheet", "presets", "metadata", "corners",
    "monitor_calibration", "key_images", "messages", "history", "adjudication",
)  # fmt: skip


def opened(qtbot: QtBot, main: Application, name: str) -> QDialog:
    """The dialog, the only one that is open, once it says all that it has to say."""
    if name == "history":
        _open_history(main)
    elif name == "adjudication":
        _open_adjudication(main)
    else:
        getattr(main.dialogs, name).open_anew()
    qtbot.waitUntil(lambda: not main.runner.busy(), timeout=20_000)
    (dialog,) = [each for each in main.window.findChildren(QDialog) if each.isVisible()]
    return dialog


def _open_history(main: Application) -> None:
    """Of two revisions, one of which is compared."""
    series, base = _series(main), None
    for row in (60, 90):
        base = main.shelf.library.save_mask(series, _marked(main, row), _by("Ada"), base)
    main.history.open_anew()
    newest = main.history.rows.topLevelItem(0)
    assert newest is not None
    main.history.rows.setCurrentItem(newest)


def _open_adjudication(main: Application) -> None:
    """Of a case that Ada and Bo have read."""
    series, queues, now = _series(main), main.shelf.queues, datetime.now(UTC)
    queue = WorkQueue("blind", 2, "Cleo", "Ada", now)
    queues.make(queue, [(series.uid, "CT")])
    (case,) = queues.cases("blind", "Ada")
    for reader, row in (("Ada", 60), ("Bo", 90)):
        queues.take(queue, case.id, reader)
        own = queues.begin(case.id, reader, now).reading_of(reader)
        assert own is not None
        kept = main.shelf.library.save_mask(
            series, _marked(main, row), _by(reader), blind=BlindReading(own.id, case.base)
        )
        queues.judge(case.id, reader, CaseState.FIXED, kept, now)
    queues.take(queue, case.id, "Cleo")
    main.worklist.set_reader("Cleo")
    main.worklist.set_current(queues.begin(case.id, "Cleo", now))
    main.queue_dialogs.open_adjudication()


def _series(main: Application) -> Series:
    assert main.session.series is not None
    return main.session.series


def _marked(main: Application, row: int) -> Labelmap:
    """A mask with a square in one slice."""
    geometry = main.segmentation.geometry
    assert geometry is not None
    array = np.zeros(geometry.shape_kji, np.uint8)
    array[3, row : row + 10, 60:70] = 1
    return Labelmap(array, geometry, (Label(1, "lesion"),))


def _by(author: str) -> Provenance:
    return Provenance(author, datetime.now(UTC))
