"""Where things are kept: the platform's folders, or what the environment says."""

from pathlib import Path

import pytest

from viewer.places import builtin_models, places


def test_the_platforms_folders_by_default(own_home: Path) -> None:
    found = places()
    assert found.library == str(own_home / ".local/share/wetread/library.sqlite")
    assert found.models == own_home / ".local/share/wetread/models"
    assert found.cache == own_home / ".cache/wetread"
    assert found.settings == own_home / ".config/wetread"
    assert found.model_folders == (builtin_models(), found.models)


def test_one_folder_for_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WETREAD_DATA", str(tmp_path))
    found = places()
    assert (found.data, found.runs, found.cache) == (tmp_path, tmp_path / "runs", tmp_path / "cache")
    assert found.library == str(tmp_path / "library.sqlite")
    assert found.settings == tmp_path / "settings"


def test_a_database_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WETREAD_DATABASE", "postgresql+psycopg://host/wetread")
    assert places().library == "postgresql+psycopg://host/wetread"
