"""What the tour goes through: the built-in study, other examinations of its patient, and a folder with no image."""

from dataclasses import dataclass
from pathlib import Path

from imaging import phantom


@dataclass(frozen=True)
class Exhibits:
    """Where they are.

    Attributes:
        study: CT, radiograph and ultrasound clip. truth: what is known of its CT, as a mask.
        before: the radiograph a year earlier.
        later: folder of contrast CT, PET, a film in two views, a bedside film and Doppler.
        broken: a folder with a file that is no image.
        out: an empty folder to write to.
    """

    study: Path
    truth: Path
    before: Path
    later: Path
    broken: Path
    out: Path

    @property
    def ct(self) -> Path:
        return self.study / "ct"

    @property
    def film(self) -> Path:
        return self.study / "xray"

    @property
    def clip(self) -> Path:
        return self.study / "ultrasound"

    @property
    def contrast(self) -> Path:
        return self.later / "contrast"

    @property
    def pet(self) -> Path:
        return self.later / "pet"

    @property
    def views(self) -> Path:
        return self.later / "views"

    @property
    def bedside(self) -> Path:
        return self.later / "bedside"

    @property
    def doppler(self) -> Path:
        return self.later / "doppler"


def write_exhibits(folder: Path) -> Exhibits:
    """All of them, below ``folder``.

    Raises:
        SaveError: the folder cannot be written.
    """
    made = phantom.write_study(folder / "phantom")
    broken, out = folder / "broken", folder / "out"
    for each in (broken, out):
        each.mkdir()
    (broken / "notes.dcm").write_text("This is no image.\n")
    before, later = phantom.write_prior_xray(folder / "before"), phantom.write_later(folder / "later")
    return Exhibits(made.study, made.ct_truth, before, later, broken, out)
