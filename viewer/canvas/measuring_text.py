"""What is written beside a measurement: its numbers, and what they rest on. Pure text: no drawing."""

from collections.abc import Iterator

from imaging.measurement.figure import Value
from imaging.measurement.measurement import Measurement


def label_lines(measurement: Measurement, values: tuple[Value, ...]) -> tuple[str, ...]:
    """The lines of a label: its name, its numbers, then each different thing they rest on, once."""
    name = (measurement.name,) if measurement.name else ()
    if not values:
        return name or (("Text",) if measurement.kind == "note" else ())
    return (*name, *_numbers(values), *dict.fromkeys(_grounds(values)))


def _numbers(values: tuple[Value, ...]) -> Iterator[str]:
    found = {value.name: value for value in values}
    if len(values) == 1:
        yield values[0].text
        return
    for value in values:
        match value.name:
            case "Mean" if "SD" in found:
                yield f"Mean {value.text} ± {found['SD'].text}"
            case "Min" if "Max" in found:
                yield f"{value.text} to {found['Max'].text}"
            case "Red" if "Blue" in found:
                yield f"RGB {value.text} {found['Green'].text} {found['Blue'].text}"
            case "SD" | "Max" | "Pixels" | "Supplement" | "Green" | "Blue":
                pass
            case _:
                yield f"{value.name} {value.text}"


def _grounds(values: tuple[Value, ...]) -> Iterator[str]:
    """What lengths rest on, and what has to be said; the rule which pixels count stands in the table only."""
    for value in values:
        words = value.calibration
        if value.name in ("Mean", "SD", "Min", "Max", "Pixels"):
            words = words.partition("; ")[2]
        if words:
            yield words
