"""The repository keeps its promises: commands that exist, locks that cover, words that do not leak."""

import os
import re
import stat
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
README = (ROOT / "README.md").read_text()
SCRIPTS = sorted((ROOT / "packaging").glob("*.sh"))
MARKDOWN = sorted(p for p in ROOT.rglob("*.md") if not {".venv", "build", ".pytest_cache"} & set(p.parts))


def tracked() -> list[Path]:
    """Files that git keeps, or skip where there is no git."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def canonical(requirement: str) -> str:
    """The name of a requirement, as PEP 503 spells it."""
    return re.sub(r"[-_.]+", "-", re.match(r"[A-Za-z0-9_.-]+", requirement).group()).lower()


def locked(name: str) -> dict[str, str]:
    """Name and version of everything a lock pins."""
    text = (ROOT / "packaging" / name).read_text()
    return {canonical(found): version for found, version in re.findall(r"^([\w.-]+)==([^\s;\\]+)", text, re.M)}


def test_readme_begins_with_the_two_commands() -> None:
    commands = re.findall(r"sh (packaging/\w+\.sh)", README[:600])
    assert commands[:2] == ["packaging/run.sh", "packaging/test.sh"]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_are_posix_shell(script: Path) -> None:
    subprocess.run(["sh", "-n", str(script)], check=True)
    assert "[[" not in script.read_text()


def test_ci_runs_what_people_run() -> None:
    ci = ROOT / ".ci" / "run"
    assert "sh packaging/test.sh" in ci.read_text()
    assert ci.stat().st_mode & stat.S_IXUSR


def test_make_names_scripts_that_exist() -> None:
    for script in re.findall(r"sh (\S+\.sh)", (ROOT / "Makefile").read_text()):
        assert (ROOT / script).is_file(), script


def test_packaging_is_no_python_package() -> None:
    assert not (ROOT / "packaging" / "__init__.py").exists(), "it would shadow the package that pip and others import"


def test_locks_cover_what_the_project_asks_for() -> None:
    run, test = locked("run.lock"), locked("test.lock")
    wanted = {canonical(requirement) for requirement in PROJECT["dependencies"]}
    extras = {canonical(r) for group in PROJECT["optional-dependencies"].values() for r in group}
    assert wanted <= run.keys()
    assert wanted | extras <= test.keys()
    assert not extras & run.keys()
    assert {name: version for name, version in run.items() if test.get(name) != version} == {}
    assert locked("tools.lock").keys() == {"uv"}


@pytest.mark.parametrize("name", ["run.lock", "test.lock", "tools.lock"])
def test_every_pin_has_a_hash_and_no_address(name: str) -> None:
    text = (ROOT / "packaging" / name).read_text()
    entries = re.split(r"^(?=[\w.-]+==)", text, flags=re.M)[1:]
    assert entries
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert "://" not in text


def test_changelog_speaks_of_this_version() -> None:
    newest = re.search(r"^## (\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text(), re.M)
    assert newest is not None
    assert newest.group(1) == PROJECT["version"]


def test_every_decision_is_in_the_index() -> None:
    folder = ROOT / "docs" / "adr"
    index = (folder / "README.md").read_text()
    records = sorted(folder.glob("[0-9]*.md"))
    assert records
    for number, record in enumerate(records, 1):
        title = record.read_text().splitlines()[0]
        assert record.name.startswith(f"{number:04d}-")
        assert title.startswith(f"# {number:04d} ")
        assert f"[{number:04d}]({record.name})" in index


@pytest.mark.parametrize("page", MARKDOWN, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)\)", page.read_text()):
        if not target.startswith(("http:", "https:", "mailto:")):
            assert (page.parent / target).exists(), target


def test_no_path_of_a_machine_in_the_tree() -> None:
    # Spelt in pieces, so that this file does not find itself.
    forbidden = re.compile(
        "|".join(("/wo" + "rk/", "/ro" + "ot/", "/ho" + r"me/\w+/", "/tm" + "p/w/", "file:" + "///"))
    )
    found = []
    for path in tracked():
        content = path.read_bytes()
        if b"\0" not in content and forbidden.search(content.decode("utf-8", "replace")):
            found.append(str(path.relative_to(ROOT)))
    assert found == []


def test_no_file_is_too_large() -> None:
    large = [str(p.relative_to(ROOT)) for p in tracked() if p.stat().st_size > 25_000_000]
    assert large == []


def test_no_pickle_is_kept() -> None:
    assert [p.name for p in tracked() if p.suffix in {".pkl", ".pickle", ".pt", ".pth", ".bin", ".joblib"}] == []


def test_set_up_says_what_is_missing_when_it_may_not_install(tmp_path: Path) -> None:
    """As an ordinary user without sudo: the exact list, and no attempt to install."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for name, body in (("id", "echo 1000"), ("dpkg-query", "exit 1"), ("apt-get", "echo called >&2; exit 9")):
        (tools / name).write_text(f"#!/bin/sh\n{body}\n")
        (tools / name).chmod(0o755)
    for name in ("sh", "grep", "find"):
        found = next(Path(folder) / name for folder in os.environ["PATH"].split(":") if (Path(folder) / name).exists())
        (tools / name).symlink_to(found)
    done = subprocess.run(
        [str(tools / "sh"), "-c", ". packaging/setup.sh; system_libraries"],
        cwd=ROOT, env={"PATH": str(tools), "HOME": str(tmp_path)}, capture_output=True, text=True, check=True,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert "sudo apt-get install -y libgl1 libegl1 libglib2.0-0 libdbus-1-3 libfontconfig1 libxkbcommon0" in done.stderr
    assert "libxcb-cursor0" not in done.stderr, "only with a display"
    assert "called" not in done.stderr
