"""Pairs of versions that must not run are refused in words; the installed ones are fit."""

import gc
import subprocess
import sys
from importlib.metadata import PackageNotFoundError

import pytest

from viewer import runtime

FIT = {
    "PySide6-Essentials": "6.9.3",
    "pydicom": "3.0.2",
    "torch": "2.15.0+cu128",
    "pynetdicom": "3.0.4",
    "monai": "1.5.2",
}


@pytest.mark.parametrize(
    ("python", "pyside", "refused"),
    [
        ((3, 11), "6.12.0", True),
        ((3, 11), "6.13.1", True),
        ((3, 11), "7.0", True),
        ((3, 11), "6.11.3", False),
        ((3, 12), "6.12.0", False),
        ((3, 14), "6.13.0", False),
    ],
)
def test_refuses_the_pair_that_loses_references(python: tuple[int, int], pyside: str, refused: bool) -> None:
    text = runtime.refusal(python, pyside)
    assert (text is not None) == refused
    if text:
        assert pyside in text and "3.12" in text


def test_installed_libraries_are_fit() -> None:
    assert runtime.installed_problem() is None


@pytest.mark.parametrize(
    ("package", "found"),
    [
        ("pydicom", "3.0.1"),
        ("pydicom", "2.4.4"),
        ("torch", "2.9.1"),
        ("pynetdicom", "3.0.3"),
        ("pynetdicom", "2.1.1"),
        ("monai", "1.5.1"),
    ],
)
def test_names_the_library_that_is_too_old(package: str, found: str) -> None:
    text = runtime.installed_problem({**FIT, package: found}.__getitem__)
    assert text is not None
    assert package in text and found in text
    assert runtime.unsafe_library({**FIT, package: found}.__getitem__) == text


def test_accepts_the_oldest_fit_versions() -> None:
    assert runtime.installed_problem({**FIT, "torch": "2.10"}.__getitem__) is None


@pytest.mark.parametrize("package", ["pynetdicom", "monai"])
def test_library_that_is_used_only_where_installed_may_be_missing(package: str) -> None:
    def installed(name: str) -> str:
        if name == package:
            raise PackageNotFoundError(name)
        return FIT[name]

    assert runtime.installed_problem(installed) is None


def test_names_a_missing_library() -> None:
    def missing(name: str) -> str:
        raise PackageNotFoundError(name)

    text = runtime.installed_problem(missing)
    assert text is not None
    assert "PySide6-Essentials is not installed" in text


def test_what_is_loaded_uncollected_stays_out_of_later_rounds() -> None:
    frozen = gc.get_freeze_count()
    with runtime.uncollected():
        assert not gc.isenabled()
        kept = [[n] for n in range(1000)]
    assert gc.isenabled()
    assert gc.get_freeze_count() >= frozen + len(kept)
    gc.unfreeze()


def test_collection_goes_on_after_an_error() -> None:
    with pytest.raises(ImportError), runtime.uncollected():
        raise ImportError("missing")
    assert gc.isenabled()
    gc.unfreeze()


def test_with_plain_imports_pyside_reads_no_sources() -> None:
    code = (
        "from viewer import runtime; runtime.import_plainly(); import linecache, viewer.app, sys; "
        "sys.exit(any('wetread' in name or 'viewer' in name for name in linecache.cache))"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
