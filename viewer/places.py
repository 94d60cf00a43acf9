"""Who the person is, where their things and the program's own are kept; no Qt: the command line asks too."""

import getpass
import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

DATA_VARIABLE, DATABASE_VARIABLE, READER_VARIABLE = "WETREAD_DATA", "WETREAD_DATABASE", "WETREAD_READER"


@dataclass(frozen=True)
class Places:
    """The folders of one person."""

    data: Path
    cache: Path
    config: Path | None = None

    @property
    def settings(self) -> Path:
        """The folder of the person's settings: the platform's, else one among the data."""
        return self.config or self.data / "settings"

    @property
    def models(self) -> Path:
        """The folder of the person's own model packages."""
        return self.data / "models"

    @property
    def runs(self) -> Path:
        """The folder of training runs."""
        return self.data / "runs"

    @property
    def model_folders(self) -> tuple[Path, ...]:
        """Where model packages are looked for: the program's own, then the person's."""
        return builtin_models(), self.models

    @property
    def library(self) -> str:
        """The annotation library: ``WETREAD_DATABASE`` (an SQLAlchemy URL), else an SQLite file among the data."""
        return os.environ.get(DATABASE_VARIABLE) or str(self.data / "library.sqlite")


def places() -> Places:
    """The platform's folders; ``WETREAD_DATA`` puts all of them under one folder."""
    override = os.environ.get(DATA_VARIABLE)
    if override:
        return Places(Path(override), Path(override) / "cache")
    return Places(
        Path(platformdirs.user_data_dir("wetread")),
        Path(platformdirs.user_cache_dir("wetread")),
        Path(platformdirs.user_config_dir("wetread")),
    )


def author() -> str:
    """The name under which annotations are kept: ``WETREAD_READER``, else the login name."""
    if signed_in := os.environ.get(READER_VARIABLE):
        return signed_in
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def sign_in(name: str) -> None:
    """Keep annotations under this name from now on, in this program and those it starts."""
    os.environ[READER_VARIABLE] = name


def builtin_models() -> Path:
    """The folder of the model packages that come with the program."""
    return resources() / "models"


def resources() -> Path:
    """The folder of the data that comes with the program."""
    return Path(__file__).parents[1] / "resources"
