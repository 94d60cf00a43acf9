"""A work queue: read by two people blind to one another, then decided by a third; and other questions to answer."""

from viewer.tour.exhibits import Exhibits
from viewer.tour.visitor import Visitor
from viewer.waiting import wait_until


def walk(visitor: Visitor, exhibits: Exhibits) -> None:
    """The CT of the built-in study, read by Ada and Bo, decided by Cleo."""
    main, before = visitor.main, visitor.main.worklist.reader
    main.enlisting.make_of_folder(exhibits.study, "nodules", 2, "Cleo")
    wait_until(lambda: main.worklist.queue is not None, "the work queue")
    visitor.do("queue")
    for reader, row in (("Ada", 0.45), ("Bo", 0.55)):
        main.enlisting.sign_in(reader)
        visitor.do("queue-next", "queue-fix")
        visitor.drag(visitor.share(0.60, row), visitor.share(0.68, row))
        if reader == "Bo":
            visitor.picture("a case of a work queue, read blind")
        visitor.do("queue-fix")
    main.enlisting.sign_in("Cleo")
    visitor.do("queue-next")
    wait_until(main.queue_dialogs.adjudication.isVisible, "the adjudication")
    visitor.settle("the comparison")
    main.queue_dialogs.adjudication.difference.click()
    visitor.settle("the difference")
    visitor.picture("where two readings differ")
    visitor.leave("adjudication", main.queue_dialogs.adjudication)
    main.enlisting.sign_in(before)


def ask(visitor: Visitor, exhibits: Exhibits) -> None:
    """Questions of a label set, and of the next one."""
    visitor.open(exhibits.study)
    visitor.show("DX")
    visitor.do("answer-questions")
    visitor.picture("questions of a label set")
    visitor.do("next-label-set")
    visitor.picture("questions of another label set")
    visitor.come_back()
    visitor.tab("Findings")
