"""Commands for work queues: list, make, show and export. They need neither Qt nor torch."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from viewer.cli.answering import Failure, failures_in_words, print_json, say, shown
from viewer.cli.opening import open_path
from viewer.places import author, places

if TYPE_CHECKING:
    from imaging.library.queued import Case, WorkQueue
    from imaging.library.shelf import Shelf
    from imaging.study import Series

AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of a work queue.")]


def register(program: typer.Typer) -> None:
    """Add queue with its own commands."""
    group = typer.Typer(help="Make, list and export work queues.", no_args_is_help=True)
    group.command("list")(list_queues)
    group.command("make")(make)
    group.command("show")(show)
    group.command("export")(export)
    program.add_typer(group, name="queue")


def list_queues(as_json: AsJson = False) -> None:
    """List the work queues of the library, the newest first.

    --json prints {"library", "queues": [{"queue", "readings", "adjudicator", "author", "made", "cases", "done"}]}.
    """
    with failures_in_words(as_json), _shelf() as shelf:
        from imaging.library.queue_figures import as_document

        wanted = ("queue", "readings", "adjudicator", "author", "made", "cases", "done")
        found: list[dict[str, Any]] = []
        for queue in shelf.queues.all():
            document = as_document(queue, shelf.queues.cases(queue.name, author()))
            found.append({name: document[name] for name in wanted})
        if as_json:
            print_json({"library": shelf.name, "queues": found})
            return
        for each in found:
            readings = "two blind readings" if each["readings"] > 1 else "one reading"
            typer.echo(shown(f"{each['queue']}: {each['done']} of {each['cases']} done, {readings}"))


def make(
    name: Name,
    images: Annotated[list[Path], typer.Argument(metavar="IMAGES...", help="Files, or folders with all below them.")],
    blind: Annotated[bool, typer.Option("--blind", help="Two people read each case, blind to one another.")] = False,
    adjudicator: Annotated[
        str, typer.Option(help="Who decides where blind readings differ, and reads nothing; anybody else if left out.")
    ] = "",
    priority: Annotated[int, typer.Option(help="Cases with a higher one come first.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Put every series of IMAGES into a work queue, which is made if there is none of this name.

    Series that are in the queue stay where they are; readings and adjudicator of a queue never change.

    --json prints {"queue", "readings", "adjudicator", "added", "cases"}.
    """
    with failures_in_words(as_json), _shelf() as shelf:
        from imaging.library.queued import WorkQueue, readable, title_of

        if adjudicator and not blind:
            raise Failure("--adjudicator is for --blind: without two readings nothing is to be decided")
        found = [each for each in _listed(shelf, images) if readable(each)]
        if not found:
            raise Failure("no images to read were found; nothing was made")
        queue = WorkQueue(name, 2 if blind else 1, adjudicator, author(), datetime.now(UTC))
        added = shelf.queues.make(queue, [(each.uid, title_of(each)) for each in found], priority)
        kept, cases = _queue(shelf, name)
        document = {
            "queue": name, "readings": kept.readings, "adjudicator": kept.adjudicator, "added": added,
            "cases": len(cases),
        }  # fmt: skip
        if as_json:
            print_json(document)
        else:
            typer.echo(
                shown(f"{name}: {added} {'case was' if added == 1 else 'cases were'} added, {len(cases)} in all")
            )


def show(name: Name, as_json: AsJson = False) -> None:
    """Show the cases of a work queue with states, readers and times; what is still blind is left out.

    --json prints {"queue", "readings", "adjudicator", "author", "made", "cases", "done", "readers": [{"reader", "done",
    "states", "seconds", "median_seconds"}], "table": [{"queue", "case", "position", "priority", "series", "title",
    "case_state", "reader", "role", "state", "seconds", "started", "finished", "base", "revision"}]}; seconds are those
    of work without pauses, times are UTC, base and revision are ids of mask revisions.
    """
    with failures_in_words(as_json), _shelf() as shelf:
        from imaging.library.queue_figures import as_document

        document = as_document(*_queue(shelf, name))
        if as_json:
            print_json(document)
            return
        typer.echo(shown(f"{name}: {document['done']} of {document['cases']} done"))
        for row in document["table"]:
            reading = f", {row['role']} by {row['reader']}: {row['state']}, {row['seconds']} s" if row["reader"] else ""
            typer.echo(shown(f"{row['position']:4d}  {row['title']}: {row['case_state']}{reading}"))


def export(
    name: Name,
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The file to write: .csv or .json.")],
    as_json: AsJson = False,
) -> None:
    """Write a work queue with all times: a table as CSV, or everything that show --json prints as JSON.

    --json prints {"queue", "out", "cases"}.
    """
    with failures_in_words(as_json), _shelf() as shelf:
        from imaging.library.queue_figures import as_csv
        from imaging.library.queue_figures import as_json as in_json
        from imaging.saving import write_bytes

        if out.suffix not in (".csv", ".json"):
            raise Failure(f"{out.name}: expected a name that ends in .csv or .json")
        queue, cases = _queue(shelf, name)
        text = in_json(queue, cases) if out.suffix == ".json" else as_csv(queue, cases)
        write_bytes(out, text.encode())
        if as_json:
            print_json({"queue": name, "out": str(out), "cases": len(cases)})
        else:
            typer.echo(shown(f"{name}: {len(cases)} cases in {out}"))


@contextmanager
def _shelf() -> Generator["Shelf"]:
    from imaging.library.shelf import Shelf

    shelf = Shelf(places().library)
    try:
        yield shelf
    finally:
        shelf.close()


def _listed(shelf: "Shelf", images: list[Path]) -> "list[Series]":
    """The series under some paths, listed in the catalogue from now on, so that the window finds them."""
    from imaging.sandbox import Sandbox

    found: list[Series] = []
    with Sandbox() as sandbox:
        for path in images:
            study = open_path(sandbox, path.absolute())
            if any(not file.is_relative_to(path.absolute()) for series in study.series for file in series.files):
                raise Failure(f"{path.name} is an archive; unpack it first: cases are opened again later")
            for refused in study.refused:
                say(shown(f"not opened: {refused.file.name}: {refused.reason}"))
            shelf.catalogue.add((*study.series, *study.documents))
            found += study.series
    return found


def _queue(shelf: "Shelf", name: str) -> "tuple[WorkQueue, tuple[Case, ...]]":
    queue = next((each for each in shelf.queues.all() if each.name == name), None)
    if queue is None:
        raise Failure(f"there is no work queue {name!r}")
    return queue, shelf.queues.cases(name, author())
