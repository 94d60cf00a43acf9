"""``python -m training CONFIG --out DIR [--index INDEX.csv] [--json-progress]``: one run in its own process.

With ``--json-progress`` standard output carries one JSON object a line, and nothing else::

    {"event": "progress", "done": 3, "total": 40, "text": "Epoch 1 of 2"}
    {"event": "metrics", "epoch": 1, "step": 20, "train_loss": 0.7, ...}
    {"event": "released", "folder": "..."}
    {"event": "error", "message": "..."}

SIGTERM and SIGINT stop the run at its next step, and nothing is released; past its last step it releases all the same.
Exit status: 0 released, 1 failed or stopped, 2 wrong arguments.
"""

import argparse
import json
import logging
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event
from types import FrameType

from imaging.errors import ImagingError
from imaging.progress import Cancelled
from inference.errors import InferenceError
from training.config import read_config
from training.errors import TrainingError

Tell = Callable[[dict[str, object]], None]


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status of one run."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(levelname)s %(message)s")
    tell = _tell_json if options.json_progress else _tell_person
    stopping = Event()
    _stop_on_signals(stopping)
    try:
        return _run(options, tell, stopping)
    except Cancelled:
        tell({"event": "error", "message": "stopped on request; nothing was released"})
    except (TrainingError, InferenceError, ImagingError) as error:
        tell({"event": "error", "message": str(error)})
    return 1


def _run(options: argparse.Namespace, tell: Tell, stopping: Event) -> int:
    def report(done: int, total: int, text: str) -> None:
        if stopping.is_set():
            raise Cancelled
        tell({"event": "progress", "done": done, "total": total, "text": text})

    config = read_config(options.config, options.index)
    report(0, 1, "Starting")
    from training.loop import train  # torch and MONAI take seconds: say that something happens before

    folder = train(config, options.out, report, lambda values: tell({"event": "metrics", **values}))
    tell({"event": "released", "folder": str(folder.resolve())})
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training", description="Train and release a model package.")
    parser.add_argument("config", type=Path, help="training configuration (TOML)")
    parser.add_argument("--out", type=Path, required=True, help="folder of the run")
    parser.add_argument("--index", type=Path, help="image index (CSV) to use instead of the configuration's")
    parser.add_argument("--json-progress", action="store_true", help="JSON lines on standard output")
    return parser


def _stop_on_signals(stopping: Event) -> None:
    def stop(number: int, frame: FrameType | None) -> None:
        del number, frame
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)


def _tell_json(event: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(event) + "\n")
    sys.stdout.flush()


def _tell_person(event: dict[str, object]) -> None:
    match event["event"]:
        case "progress":
            line = f"\r{event['text']} ({event['done']} of {event['total']})\033[K"
        case "metrics":
            values = ((name, value) for name, value in event.items() if isinstance(value, float))
            line = "\r" + "  ".join(f"{name} {value:.4g}" for name, value in values) + "\033[K\n"
        case "released":
            line = f"\rReleased {event['folder']}\033[K\n"
        case _:
            line = f"\r{event['message']}\033[K\n"
    sys.stderr.write(line)


if __name__ == "__main__":
    sys.exit(main())
