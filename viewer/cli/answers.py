"""``wetread annotations answers``: export, import and compare the answers to the questions of label sets."""

from pathlib import Path
from typing import Annotated

import typer

from viewer.cli.answering import answer, failures_in_words
from viewer.cli.opening import open_library, open_path

Images = Annotated[Path, typer.Argument(metavar="IMAGES", help="A file, or a folder with everything below it.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]


def register(group: typer.Typer) -> None:
    """Add answers with its own commands."""
    answers = typer.Typer(help="Export, import and compare answers about images.", no_args_is_help=True)
    answers.command("export")(export)
    answers.command("import")(take_in)
    answers.command("diff")(diff)
    group.add_typer(answers, name="answers")


def export(
    images: Images,
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The file to write, .json or .csv.")],
    series: Annotated[str | None, typer.Option("--series", metavar="UID", help="Of this series only.")] = None,
    index: Annotated[
        str | None, typer.Option("--index", metavar="QUESTION", help="Write an index that wetread train reads.")
    ] = None,
    reader: Annotated[
        str | None,
        typer.Option("--reader", metavar="NAME", help="Only what NAME answered, whatever others said later."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write the answers that the library keeps about images and their studies.

    JSON can be imported again; CSV has a row for each answer. With --index OUT is a CSV of pictures with the answer to
    QUESTION as their class: slices, frames, and series of one picture that were answered with one choice. Answers of
    others in a blind reading that goes on are left out; with --reader two readers' files can be compared after it.

    --json prints {"out", "answers", "left_out"}; the last counts answers to QUESTION that an index has no row for.
    """
    with failures_in_words(as_json), open_library() as library:
        from imaging.sandbox import Sandbox
        from viewer.cli.answer_facts import export_answers

        with Sandbox() as sandbox:
            study = open_path(sandbox, images)
        document = export_answers(library, study, series, out, index, reader)
        left = f", {document['left_out']} left out" if document["left_out"] else ""
        answer(document, f"{document['answers']} answers: {out}{left}", as_json)


def take_in(
    images: Images,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The JSON that export writes.")],
    as_json: AsJson = False,
) -> None:
    """Keep the answers of a file about these images, with who gave them and when; of two the later one counts.

    --json prints {"file", "kept", "known", "elsewhere"}: new ones, those that were there already, and those about
    images that are not here.
    """
    with failures_in_words(as_json), open_library() as library:
        from imaging.sandbox import Sandbox
        from viewer.cli.answer_facts import import_answers

        with Sandbox() as sandbox:
            study = open_path(sandbox, images)
        found = import_answers(library, study, file)
        text = f"{found['kept']} answers kept, {found['known']} known already, {found['elsewhere']} about other images"
        answer(found, text, as_json)


def diff(
    one: Annotated[Path, typer.Argument(metavar="FILE", help="The JSON that export writes.")],
    other: Annotated[Path, typer.Argument(metavar="OTHER", help="Another, as of a second reader.")],
    as_json: AsJson = False,
) -> None:
    """Compare the answers of two files question by question.

    --json prints {"files", "questions": {QUESTION: {"same", "different", "one", "other"}}, "differences": [{"place",
    "question", "one", "other"}]}; one and other count what stands in one file only.
    """
    with failures_in_words(as_json):
        from viewer.cli.answer_facts import compare_answers, comparison_lines

        document = compare_answers(one, other)
        answer(document, comparison_lines(document), as_json)
