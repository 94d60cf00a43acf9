"""Open damaged files through the sandbox and count what went wrong: ``python -m benchmarks fuzz --mutants N --seed S``.

Each mutant is opened and every series in it loaded, in a process that stands for the viewer. It must not die, wait, or
grow; a worker may die, when the file is refused in words.
"""

import argparse
import gc
import json
import os
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path

from benchmarks.formats import other_formats
from benchmarks.mutation import Mutant, mutants
from imaging.errors import ImagingError, ReadError
from imaging.formats.character_sets import is_shown
from imaging.phantom import write_study
from imaging.sandbox import Sandbox

CONFORMANCE = Path(__file__).parents[2] / "shared" / "conformance"
MOST_BYTES = 2 << 20
SILENCE_S = 10.0
MOST_WAIT_S = SILENCE_S + 2
MOST_GROWTH_MB = 256.0
_SETTLED_AFTER = 50
_KEPT_EXAMPLES = 10


@dataclass
class Tally:
    """What one viewer process met.

    Attributes:
        stopped: workers that died, fell silent or talked nonsense; each is a refusal in words.
        waits: requests that took longer than the limit of silence and two seconds.
        wordless: refusals without a reason that can be read.
        errors: exceptions that are no refusal.
        growth_mb: memory of the process at its most, beyond what it had after its first mutants.
    """

    mutants: int = 0
    loaded: int = 0
    documents: int = 0
    refused: int = 0
    stopped: int = 0
    waits: int = 0
    wordless: int = 0
    errors: int = 0
    growth_mb: float = 0.0
    slowest_s: float = 0.0
    examples: list[str] = field(default_factory=list)
    endings: dict[str, int] = field(default_factory=dict)

    def note(self, mutant: Mutant, number: int, words: str) -> None:
        """Keep an example."""
        if len(self.examples) < _KEPT_EXAMPLES:
            self.examples.append(f"mutant {number} ({mutant.source.name}, {mutant.method}): {words}")


def main(arguments: list[str]) -> int:
    """0 when nothing was violated; the table goes to stdout."""
    options = _options(arguments)
    if options.part:
        print(json.dumps(asdict(tally_of(options))))
        return 0
    with tempfile.TemporaryDirectory(prefix="wetread-fuzz-") as made:
        tallies, deaths = _in_processes(options, options.files or _known_folders(Path(made)))
    print(_table(tallies, deaths, options))
    broken = deaths or any(each.waits or each.wordless or each.errors for each in tallies)
    return int(bool(broken or any(each.growth_mb > MOST_GROWTH_MB for each in tallies)))


def _known_folders(made: Path) -> list[Path]:
    """The conformance files where they are, and what is written here: the phantom and other formats."""
    folders = (CONFORMANCE, write_study(made / "phantom").study, other_formats(made / "formats"))
    return [folder for folder in folders if folder.is_dir()]


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks fuzz", description=__doc__)
    parser.add_argument("--mutants", type=int, default=1000, help="how many (default 1000)")
    parser.add_argument("--seed", type=int, default=0, help="the same seed gives the same mutants (default 0)")
    parser.add_argument("--first", type=int, default=0, help="number of the first mutant (default 0)")
    parser.add_argument(
        "--files",
        type=Path,
        nargs="*",
        help="folders of sound files (default: conformance, a phantom, other formats)",
    )
    parser.add_argument("--processes", type=int, default=2, help="viewers at the same time (default 2)")
    parser.add_argument("--part", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def _in_processes(options: argparse.Namespace, folders: list[Path]) -> tuple[list[Tally], int]:
    """The tallies of all viewer processes, and how many of those died."""
    share = -(-options.mutants // options.processes)
    running: list[subprocess.Popen[str]] = []
    for n in range(options.processes):
        count = min(share, options.mutants - n * share)
        numbers = {"--mutants": count, "--first": options.first + n * share, "--seed": options.seed}
        flat = [str(each) for pair in numbers.items() for each in pair]
        command = [sys.executable, "-m", "benchmarks", "fuzz", "--part", *flat, "--files", *map(str, folders)]
        running.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
    tallies: list[Tally] = []
    for process in running:
        text, _ = process.communicate()
        if process.returncode == 0:
            tallies.append(Tally(**json.loads(text)))
    return tallies, len(running) - len(tallies)


def tally_of(options: argparse.Namespace) -> Tally:
    """What one viewer process meets."""
    warnings.simplefilter("ignore")
    files = sorted(path for folder in options.files for path in folder.rglob("*") if path.is_file())
    sources = [path for path in files if path.stat().st_size <= MOST_BYTES]
    tally, settled_mb, endings = Tally(), 0.0, Counter[str]()
    with tempfile.TemporaryDirectory(prefix="wetread-fuzz-") as folder, Sandbox(silence_s=SILENCE_S) as sandbox:
        for n, make in enumerate(mutants(sources, options.seed, options.first, options.mutants)):
            mutant = make()
            path = Path(folder) / f"mutant{mutant.source.suffix}"
            path.write_bytes(mutant.data)
            endings[_meet(sandbox, path, mutant, options.first + n, tally)] += 1
            tally.mutants += 1
            if n == min(_SETTLED_AFTER, options.mutants // 2):
                settled_mb = _memory_mb()
            elif settled_mb and n % 10 == 0:
                tally.growth_mb = max(tally.growth_mb, _memory_mb() - settled_mb)
    tally.endings = dict(endings)
    return tally


def _meet(sandbox: Sandbox, path: Path, mutant: Mutant, number: int, tally: Tally) -> str:
    """How one mutant ended: ``loaded``, ``refused`` or an error's name."""
    start = time.perf_counter()
    try:
        reasons = _look_at(sandbox, path, tally)
    except ImagingError as error:
        reasons = [error.reason if isinstance(error, ReadError) else str(error)]
    except Exception as error:  # noqa: BLE001  anything else than a refusal is what is looked for
        tally.errors += 1
        tally.note(mutant, number, f"{type(error).__name__}: {error}")
        return type(error).__name__
    wait_s = time.perf_counter() - start
    tally.slowest_s = max(tally.slowest_s, wait_s)
    if wait_s > MOST_WAIT_S:
        tally.waits += 1
        tally.note(mutant, number, f"took {wait_s:.1f} s: {'; '.join(reasons)}")
    for reason in reasons:
        tally.refused += 1
        if len(reason.split()) < 2 or not all(map(is_shown, reason)):
            tally.wordless += 1
            tally.note(mutant, number, f"no words: {reason!r}")
        if any(words in reason for words in ("the reader", "took longer")):
            tally.stopped += 1
            tally.note(mutant, number, reason)
    return "refused" if reasons else "loaded"


def _look_at(sandbox: Sandbox, path: Path, tally: Tally) -> list[str]:
    """Reasons of all refusals; what is not refused is looked at as a viewer would."""
    study = sandbox.open_study(path)
    reasons = [each.reason for each in study.refused]
    for series in study.series:
        try:
            volume = sandbox.load_volume(series)
        except ImagingError as error:
            reasons.append(error.reason if isinstance(error, ReadError) else str(error))
        else:
            volume.default_window()
            volume.array[volume.array.shape[0] // 2].max()
            tally.loaded += 1
    for document in study.documents:
        try:
            sandbox.read_text(document)
            tally.documents += 1
        except ReadError as error:
            reasons.append(error.reason)
    return reasons


def _memory_mb() -> float:
    """Resident memory of this process; where the system does not say, the most it ever had."""
    gc.collect()
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
    if sys.platform == "win32":
        return 0.0
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def _table(tallies: list[Tally], deaths: int, options: argparse.Namespace) -> str:
    """The lines of the report."""

    def total(name: str) -> int:
        return sum(getattr(each, name) for each in tallies)

    rows = [
        ("mutants", f"{total('mutants')}", ""),
        ("viewer processes that died", f"{deaths}", "0"),
        ("requests over 10 s (+2 s to stop)", f"{total('waits')}", "0"),
        ("slowest mutant", f"{max((each.slowest_s for each in tallies), default=0):.1f} s", ""),
        ("growth of the viewer process", f"{max((each.growth_mb for each in tallies), default=0):.0f} MB", "<= 256 MB"),
        ("refusals without words", f"{total('wordless')}", "0"),
        ("exceptions that are no refusal", f"{total('errors')}", "0"),
        ("series loaded", f"{total('loaded')}", ""),
        ("documents listed and read", f"{total('documents')}", ""),
        ("refusals in words", f"{total('refused')}", ""),
        ("of these: worker died, hung or failed", f"{total('stopped')}", ""),
    ]
    names = " and ".join(folder.name for folder in options.files) if options.files else "all known kinds"
    head = f"seed {options.seed}, files of {names}, {options.processes} processes"
    lines = [head, *(f"{name:38} {value:>10}  {limit}" for name, value, limit in rows)]
    return "\n".join([*lines, *(example for each in tallies for example in each.examples)])
