"""Editing: tools, their options, operations by group, and the yes or no to what is proposed."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import groupby

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QLabel,
    QPushButton,
    QWidget,
)

from viewer.commands.editing import Editing, summary
from viewer.commands.editing_actions import EDIT_TOOLS
from viewer.commands.operations import OPERATIONS, Operation
from viewer.panels.layout import button, column, heading, muted, number_box, pairs, value_box
from viewer.state.findings import Findings
from viewer.state.segmentation import Segmentation
from viewer.state.session import Session
from viewer.state.workbench import PROPOSED

LIMIT = 1e9
NUMBERS = {
    "low": "Lowest value in range",
    "high": "Highest value in range",
    "tolerance": "Like values within",
    "size_mm": "Margin, radius or shell",
    "least_mm3": "Small is below",
}
"""What each number is called, as its option is named."""


class EditingPanel(QWidget):
    """Everything below the Edit menu, with its numbers."""

    def __init__(
        self, session: Session, segmentation: Segmentation, findings: Findings, editing: Editing, assist: QWidget
    ) -> None:
        super().__init__()
        self.assist = assist
        self._session, self._segmentation = session, segmentation
        self._findings, self._editing = findings, editing
        self._bench = session.workbench
        self.proposed = muted()
        self.keep = button("Keep (Enter)", editing.confirm, primary=True)
        self.discard = button("Put away (Esc)", editing.discard)
        self.tools = {tool: self._tool_button(tool, text, hint) for tool, text, _, hint in EDIT_TOOLS}
        self.buttons = {each.id: button(each.text, partial(editing.run, each), each.hint) for each in OPERATIONS}
        self.low, self.high = (self._number(name, value_box(-LIMIT, LIMIT)) for name in ("low", "high"))
        self.tolerance = self._number("tolerance", value_box(0, LIMIT))
        self.size_mm = self._number("size_mm", number_box(0.1, 100, " mm"))
        self.least = self._number("least_mm3", number_box(0, 1e7, " mm³"))
        self.switches = {
            name: self._switch(name, text)
            for name, text in (
                ("sphere", "Brush is a ball"),
                ("in_range", "Only in range"),
                ("solid", "Through slices"),
                ("through", "Cut all slices"),
                ("outside", "Cut outside"),
            )
        }
        self.other, self.lock = QComboBox(), QCheckBox("Lock the label")
        self.other.setAccessibleName("The other label")
        self.other.activated.connect(lambda: self._bench.set_options(other=self.other.currentData()))
        self.lock.toggled.connect(self._lock)
        self._lay_out()
        self._listen()
        self._show_all()

    def _lock(self, locked: bool) -> None:
        label = self._segmentation.active_label
        if label is not None:
            self._segmentation.set_label(replace(label, locked=locked), "Lock label" if locked else "Unlock label")

    def _lay_out(self) -> None:
        layout = column(self)
        layout.addWidget(self.proposed)
        layout.addLayout(pairs([self.keep, self.discard]))
        layout.addWidget(heading("Draw"))
        layout.addLayout(pairs(list(self.tools.values())))
        layout.addLayout(pairs([*self.switches.values(), self.lock]))
        layout.addLayout(pairs([QLabel("Like values within"), self.tolerance]))
        layout.addWidget(self.assist)
        for group, operations in groupby(OPERATIONS, lambda each: each.group):
            layout.addWidget(heading(group))
            for row in self._numbers_of(group):
                layout.addLayout(pairs(row))
            layout.addLayout(pairs([self.buttons[each.id] for each in operations]))
        layout.addStretch(1)

    def _numbers_of(self, group: str) -> list[list[QWidget]]:
        match group:
            case "Values":
                return [[QLabel("Range"), QLabel()], [self.low, self.high]]
            case "Islands":
                return [[QLabel("Small is below"), self.least]]
            case "Shape":
                return [[QLabel("Margin, radius, shell"), self.size_mm]]
            case "Labels":
                return [[QLabel("The other"), self.other]]
            case _:
                return []

    def _listen(self) -> None:
        self._bench.options_changed.connect(self._show_options)
        self._bench.proposal_changed.connect(self._show_proposal)
        self._session.hand.changed.connect(self._show_tool)
        for signal in (self._session.volume_changed, self._segmentation.labels_changed, self._findings.changed):
            signal.connect(self._show_all)

    def _show_all(self) -> None:
        self._show_others()
        self._show_options()
        self._show_proposal()
        self._show_tool()
        for operation in OPERATIONS:
            self._show_possible(operation)

    def _show_possible(self, operation: Operation) -> None:
        self.buttons[operation.id].setEnabled(self._editing.possible(operation))

    def _show_options(self) -> None:
        options = self._bench.options
        for number, value in (
            (self.low, options.low),
            (self.high, options.high),
            (self.tolerance, options.tolerance),
            (self.size_mm, options.size_mm),
            (self.least, options.least_mm3),
        ):
            with QSignalBlocker(number):
                number.setValue(value)
        for name, switch in self.switches.items():
            with QSignalBlocker(switch):
                switch.setChecked(getattr(options, name))
        with QSignalBlocker(self.lock):
            label = self._segmentation.active_label
            self.lock.setChecked(label is not None and label.locked)
        for operation in OPERATIONS:
            if operation.with_other:
                self._show_possible(operation)

    def _show_others(self) -> None:
        with QSignalBlocker(self.other):
            self.other.clear()
            for name, value in self._editing.others:
                self.other.addItem(name, value)
            self.other.setCurrentIndex(self.other.findData(self._bench.options.other))
        if self.other.currentIndex() < 0:
            self.other.setCurrentIndex(0)
            self._bench.set_options(other=PROPOSED)

    def _show_proposal(self) -> None:
        proposal = self._bench.proposal
        self.keep.setEnabled(proposal is not None)
        self.discard.setEnabled(proposal is not None)
        self.proposed.setText(
            f"{proposal.edit.name}: {summary(proposal)}." if proposal else "Operations show their change first."
        )

    def _show_tool(self) -> None:
        for tool, made in self.tools.items():
            made.setChecked(self._session.hand.tool == tool)
            made.setEnabled(self._session.volume is not None)

    def _tool_button(self, tool: str, text: str, hint: str) -> QPushButton:
        choose = next(partial(self._session.hand.set_tool, name) for name, *_ in EDIT_TOOLS if name == tool)
        made = button(text, choose, hint)
        made.setCheckable(True)
        made.clicked.connect(self._show_tool)
        return made

    def _number(self, name: str, made: QDoubleSpinBox) -> QDoubleSpinBox:
        made.setAccessibleName(NUMBERS[name])
        made.valueChanged.connect(self._setter(name))
        return made

    def _switch(self, name: str, text: str) -> QCheckBox:
        made = QCheckBox(text)
        made.toggled.connect(self._setter(name))
        return made

    def _setter(self, name: str) -> Callable[[float], None]:
        return lambda value: self._bench.set_options(**{name: value})
