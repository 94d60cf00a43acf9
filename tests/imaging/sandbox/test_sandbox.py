"""Workers read as the readers do; what ends or holds one costs one file and is said in words."""

import gc
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator
from pathlib import Path

import numpy as np
import pytest

from imaging.errors import NotAnImage, ReadError
from imaging.formats import reading
from imaging.phantom import PhantomStudy
from imaging.progress import Cancelled
from imaging.sandbox import Sandbox
from imaging.sandbox.limits import landlock_version
from imaging.study import Series
from imaging.volume import Volume

ROOT = Path(__file__).parents[3]
GIB = 1 << 30
linux = pytest.mark.skipif(sys.platform != "linux", reason="a promise of Linux only")


@pytest.fixture(scope="module")
def sandbox() -> Generator[Sandbox]:
    with Sandbox() as made:
        yield made


@pytest.fixture
def misbehaving() -> Generator[Callable[..., Sandbox]]:
    """A sandbox whose workers call a function of ``misbehaving.py`` with each request."""
    made: list[Sandbox] = []

    def make(function: str, silence_s: float = 10.0, memory_bytes: int | None = None) -> Sandbox:
        program = (sys.executable, str(Path(__file__).with_name("misbehaving.py")), function)
        made.append(Sandbox(memory_bytes, silence_s, program))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def picture_folder(tmp_path: Path) -> Path:
    from imaging.formats.raster import write_png

    folder = tmp_path / "pictures"
    folder.mkdir()
    for n, name in enumerate(("a.png", "bad.png", "c.png")):
        write_png(folder / name, np.full((4, 5), n, np.uint8))
    return folder


def test_finds_and_loads_what_the_readers_do(sandbox: Sandbox, phantom_study: PhantomStudy) -> None:
    folder = phantom_study.study
    found, expected = sandbox.open_study(folder), reading.open_study(folder)
    assert [each.uid for each in found.series] == [each.uid for each in expected.series]
    assert found.refused == expected.refused
    for series in _one_of_each_kind(expected.series):
        volume, direct = sandbox.load_volume(series), reading.load_volume(series)
        np.testing.assert_array_equal(volume.array, direct.array)
        assert volume.array.dtype == direct.array.dtype
        assert volume.geometry.matches(direct.geometry, 1e-6)
        assert (volume.windows, volume.unit, volume.warnings) == (direct.windows, direct.unit, direct.warnings)


def _one_of_each_kind(series: tuple[Series, ...]) -> list[Series]:
    return list({(each.kind, each.modality, each.format): each for each in series}.values())


def test_array_is_read_only_and_lives_as_long_as_it_is_used(sandbox: Sandbox, phantom_study: PhantomStudy) -> None:
    with Sandbox() as own:
        series = own.open_study(phantom_study.study).series[0]
        array = own.load_volume(series).array
    gc.collect()
    assert array.sum() == reading.load_volume(series).array.sum()
    with pytest.raises(ValueError, match="read-only"):
        array[0, 0, 0] = 1
    with pytest.raises(ValueError, match="WRITEABLE"):
        array.flags.writeable = True


def test_errors_arrive_as_what_they_are(sandbox: Sandbox, tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=r"nothing: there is no such file or folder") as caught:
        sandbox.open_study(tmp_path / "nothing")
    assert caught.value.path == tmp_path / "nothing"
    series = Series("1.2", "image", "DICOM", (_report_without_pixels(tmp_path),), (1, 2, 2))
    with pytest.raises(NotAnImage, match="holds no pixels"):
        sandbox.load_volume(series)


def _report_without_pixels(folder: Path) -> Path:
    from pydicom import Dataset, FileMetaDataset
    from pydicom.uid import BasicTextSRStorage, ExplicitVRLittleEndian

    report = Dataset()
    report.SOPClassUID, report.SOPInstanceUID, report.Modality = BasicTextSRStorage, "1.2.3", "SR"
    report.file_meta = FileMetaDataset()
    report.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    report.save_as(folder / "report.dcm", enforce_file_format=True)
    return folder / "report.dcm"


class _Watcher:
    """An Arrival that notes what it is told."""

    def __init__(self) -> None:
        self.volumes: list[Volume] = []
        self.slices: list[int] = []

    def allocate(self, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
        raise AssertionError(f"the sandbox has its own memory for {shape} {dtype}")

    def begun(self, volume: Volume) -> None:
        self.volumes.append(volume)

    def wanted(self) -> int:
        return 50

    def arrived(self, k: int) -> None:
        assert self.volumes[0].array[k].any()
        self.slices.append(k)


def test_slices_arrive_from_the_wanted_one_outwards(sandbox: Sandbox, phantom_study: PhantomStudy) -> None:
    series = next(each for each in sandbox.open_study(phantom_study.study).series if each.modality == "CT")
    watcher = _Watcher()
    volume = sandbox.load_volume(series, arrival=watcher)
    assert sorted(watcher.slices) == list(range(64))
    assert 50 in watcher.slices[:4]
    assert len(watcher.volumes) == 1
    np.testing.assert_array_equal(watcher.volumes[0].array, volume.array)


def test_requests_at_the_same_time_have_their_own_workers(sandbox: Sandbox, phantom_study: PhantomStudy) -> None:
    counts: list[int] = []
    work = [
        threading.Thread(target=lambda: counts.append(len(sandbox.open_study(phantom_study.study).series)))
        for _ in range(3)
    ]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    assert len(counts) == 3
    assert len(set(counts)) == 1


@pytest.mark.parametrize(
    ("function", "words"),
    [
        ("crash", r"the reader was stopped by a memory fault \(SIGSEGV\)"),
        ("be_killed", r"the reader was stopped by the system, as when memory runs out \(SIGKILL\)"),
        ("hang", "took longer than 1 s without progress: stopped"),
        ("panic", "damaged: the reader failed with Panic: index out of range"),
    ],
)
def test_file_that_ends_or_holds_a_worker_is_refused_and_the_others_open(
    misbehaving: Callable[..., Sandbox], picture_folder: Path, function: str, words: str
) -> None:
    study = misbehaving(function, silence_s=1.0).open_study(picture_folder)
    assert [each.description for each in study.series] == ["a.png", "c.png"]
    assert [each.file.name for each in study.refused] == ["bad.png"]
    assert re.search(words, study.refused[0].reason)


@pytest.mark.parametrize(
    ("kind", "function", "words"),
    [
        ("zip", "crash_within", "SIGSEGV"),
        ("gztar", "crash_within", "SIGSEGV"),
        ("zip", "hang_within", "longer than 1 s"),
    ],
)
def test_member_that_ends_a_worker_is_refused_and_the_rest_of_the_archive_opens(
    misbehaving: Callable[..., Sandbox], picture_folder: Path, kind: str, function: str, words: str
) -> None:
    archive = Path(shutil.make_archive(str(picture_folder), kind, picture_folder))
    sandbox = misbehaving(function, silence_s=1.0)
    study = sandbox.open_study(archive)
    assert [each.description for each in study.series] == ["a.png", "c.png"]
    assert [each.file for each in study.refused] == [archive / "bad.png"]
    assert re.search(words, study.refused[0].reason)
    assert sandbox.load_volume(study.series[1]).array.max() == 2


@pytest.mark.parametrize(
    ("function", "words"),
    [
        ("crash", "SIGSEGV"),
        ("hang", "took longer than 1 s"),
        ("panic", "damaged: the reader failed with Panic: index out of range"),
        ("eat_memory", r"needs more memory than the reader may use \(1.0 GiB\)"),
    ],
)
def test_loading_fails_in_words_and_the_next_load_works(
    misbehaving: Callable[..., Sandbox], picture_folder: Path, function: str, words: str
) -> None:
    sandbox = misbehaving(function, silence_s=1.0 if function == "hang" else 10.0, memory_bytes=GIB)
    good, bad = (reading.open_study(picture_folder / name).series[0] for name in ("a.png", "bad.png"))
    with pytest.raises(ReadError, match=words) as caught:
        sandbox.load_volume(bad)
    assert caught.value.path == picture_folder / "bad.png"
    assert sandbox.load_volume(good).array.shape == (1, 4, 5)


@pytest.mark.skipif(landlock_version() < 6, reason="needs Landlock 6 (Linux 6.12)")
def test_worker_changes_nothing_outside_and_sees_no_secret(
    misbehaving: Callable[..., Sandbox], picture_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "seen")
    before = sorted(path.name for path in picture_folder.iterdir())
    with pytest.raises(ReadError, match=r"done: \[\], secret: unseen"):
        misbehaving("reach_out").open_study(picture_folder / "a.png")
    assert sorted(path.name for path in picture_folder.iterdir()) == before


@pytest.mark.parametrize("function", ["speak_nonsense", "speak_of_other_types"])
def test_worker_that_was_taken_over_reaches_nothing(
    misbehaving: Callable[..., Sandbox], picture_folder: Path, function: str
) -> None:
    with pytest.raises(ReadError, match="an answer that makes no sense"):
        misbehaving(function).open_study(picture_folder / "a.png")
    assert not (picture_folder / "attacked").exists()


def test_a_silent_worker_can_be_cancelled(misbehaving: Callable[..., Sandbox], picture_folder: Path) -> None:
    """Who waited for it would read that it did not answer, after its limit."""
    sandbox = misbehaving("hang")
    asked: list[int] = []

    def report(_done: int, _total: int, _text: str) -> None:
        asked.append(1)
        if len(asked) > 5:
            raise Cancelled

    with pytest.raises(Cancelled):
        sandbox.open_study(picture_folder / "bad.png", report)
    assert len(sandbox.open_study(picture_folder / "a.png").series) == 1


@linux
def test_nothing_is_left_when_the_program_is_killed(phantom_study: PhantomStudy, tmp_path: Path) -> None:
    script = (
        "import os, sys, time; from pathlib import Path; from imaging.sandbox import Sandbox\n"
        "s = Sandbox(); study = s.open_study(Path(sys.argv[1])); v = s.load_volume(study.series[0])\n"
        "print(s._idle[0].pid, flush=True); time.sleep(60)"
    )
    before = set(Path("/dev/shm").iterdir())
    command = [sys.executable, "-c", script, str(phantom_study.study)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        pid = int(program.stdout.readline())
        program.send_signal(signal.SIGKILL)
    until = time.monotonic() + 5
    while _runs(pid) and time.monotonic() < until:
        time.sleep(0.05)
    assert not _runs(pid)
    assert {each for each in set(Path("/dev/shm").iterdir()) - before if "wetread" in each.name} == set()


def _runs(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_load_given_up_delivers_nothing_more(sandbox: Sandbox, phantom_study: PhantomStudy) -> None:
    series = next(each for each in sandbox.open_study(phantom_study.study).series if each.modality == "CT")
    watcher = _Watcher()

    def give_up(done: int, total: int, text: str) -> None:
        if watcher.slices:
            raise Cancelled

    with pytest.raises(Cancelled):
        sandbox.load_volume(series, give_up, watcher)
    delivered, pixels = len(watcher.slices), watcher.volumes[0].array.copy()
    assert delivered < series.frames
    assert sandbox.load_volume(series).array.any(axis=(1, 2)).all()
    assert len(watcher.slices) == delivered
    np.testing.assert_array_equal(watcher.volumes[0].array, pixels)
