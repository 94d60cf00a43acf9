"""Hanging protocols: which series goes into which viewport, for studies that look alike. Values only."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from imaging.study import Series
from viewer.settings import Kept, Place, SettingsFile
from viewer.state.layout import LAYOUTS, MOST_VIEWPORTS, Layout, grid_for
from viewer.state.links import Follow


def _expression(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"no regular expression: {error}") from error
    return text


Expression = Annotated[str, AfterValidator(_expression)]
"""A regular expression, looked for anywhere, whatever the case."""


class Wanted(Kept):
    """What a series must be like to go into a viewport.

    Attributes:
        study: ``current`` is the newest study that was opened, ``prior`` the one before it of the same patient.
        modality: any of these; empty takes every one.
        description: looked for in description and body part.
        several: True for more than one slice or frame, False for a single image.
        nth: which of those that fit, from 0; several viewports may show the same one.
        plane, preset: planes and window to show it in; empty leaves what is usual.
        window: 2 for the second window of viewports, as on another monitor; without one it goes into the first.
    """

    study: Literal["current", "prior"] = "current"
    modality: tuple[str, ...] = ()
    description: Expression = ""
    several: bool | None = None
    nth: Annotated[int, Field(ge=0)] = 0
    plane: Literal["", "axial", "coronal", "sagittal"] = ""
    preset: str = ""
    window: Literal[1, 2] = 1


class Stage(Kept):
    """One arrangement; viewports are filled in the order of ``viewport``.

    Attributes:
        layout: of the first window, for the viewports that belong there.
        scroll: how its viewports scroll together; left out, as the person has it. Beside a prior in the same frame of
            reference, ``offset`` goes by position.
    """

    name: Annotated[str, Field(min_length=1, max_length=60)]
    layout: str
    scroll: Follow | None = None
    viewport: tuple[Wanted, ...] = ()


class Match(Kept):
    """Which studies a protocol is for. Everything that is stated must hold; the protocol that states most wins.

    Attributes:
        modality: of the study's first series.
        body_part, description: looked for in any series of the current study.
        least_series, most_series: how many series the current study has.
        prior: True only with an earlier study of the same patient at hand, False only without.
    """

    modality: tuple[str, ...] = ()
    body_part: Expression = ""
    description: Expression = ""
    least_series: int | None = None
    most_series: int | None = None
    prior: bool | None = None


class Protocol(SettingsFile):
    """A hanging protocol: what it is for, and the stages to step through."""

    name: Annotated[str, Field(min_length=1, max_length=60)]
    match: Match = Match()
    stage: Annotated[tuple[Stage, ...], Field(min_length=1)]

    def problem(self) -> tuple[Place, str] | None:
        """A layout that does not exist, or more viewports than it has."""
        for number, stage in enumerate(self.stage):
            if stage.layout not in LAYOUTS:
                return ["stage", number, "layout"], f"layout {stage.layout!r}: expected one of {', '.join(LAYOUTS)}"
            first = [each for each in stage.viewport if each.window == 1]
            if len(first) > len(LAYOUTS[stage.layout].cells):
                return ["stage", number], f"{len(first)} viewports, {stage.layout} has fewer"
            if len(stage.viewport) > MOST_VIEWPORTS:
                return ["stage", number], f"{len(stage.viewport)} viewports, one window has {MOST_VIEWPORTS} at most"
        return None


@dataclass(frozen=True)
class Arrangement:
    """What one window shows: its layout, and what goes into its viewports in their order."""

    layout: Layout
    viewport: tuple[Wanted, ...]


def arrangements(stage: Stage, windows: int) -> tuple[Arrangement, ...]:
    """What the first window shows, and the second where there is one and the stage has something for it.

    Without a second window all viewports share the first, in more rows and columns where they must; planes of one
    volume stay alone there.
    """
    layout = LAYOUTS[stage.layout]
    first = tuple(each for each in stage.viewport if each.window == 1)
    second = tuple(each for each in stage.viewport if each.window == 2)
    if second and windows > 1:
        return Arrangement(layout, first), Arrangement(grid_for(len(second)), second)
    if layout.one_volume or not second:
        return (Arrangement(layout, first),)
    roomy = layout if len(stage.viewport) <= len(layout.cells) else grid_for(len(stage.viewport))
    return (Arrangement(roomy, stage.viewport),)


@dataclass(frozen=True)
class Hung:
    """The series at hand, of the newest study and of the one before it."""

    current: tuple[Series, ...]
    prior: tuple[Series, ...] = ()


def at_hand(series: Sequence[Series], prior: tuple[Series, ...] = ()) -> Hung:
    """The newest study of the first series' patient, and the one before it that can be compared; the rest is left out.

    Args:
        series: what was opened.
        prior: an earlier study to compare with, where none was opened.
    """
    if not series:
        return Hung(())
    patient = series[0].group
    studies: dict[tuple[str, str], list[Series]] = {}
    for each in series:
        if each.group == patient:
            studies.setdefault((each.study_date, each.study_uid), []).append(each)
    current, *earlier = (tuple(studies[key]) for key in sorted(studies, reverse=True))
    modalities = {each.modality for each in current}
    alike = (study for study in earlier if modalities & {each.modality for each in study})
    return Hung(current, next(alike, prior))


def fitting(protocols: Sequence[Protocol], hung: Hung) -> tuple[Protocol, ...]:
    """The protocols that are for such a study and find something to show, the one that states most first."""
    useful = [
        each for each in protocols if any(chosen(wanted, hung) for wanted in each.stage[0].viewport or (Wanted(),))
    ]
    scored = [(score, protocol) for protocol in useful if (score := _score(protocol.match, hung)) is not None]
    return tuple(protocol for _, protocol in sorted(scored, key=lambda pair: -pair[0]))


def chosen(wanted: Wanted, hung: Hung) -> Series | None:
    """The series for a viewport; None when there is none."""
    found = [each for each in (hung.current if wanted.study == "current" else hung.prior) if _fits(wanted, each)]
    return found[wanted.nth] if wanted.nth < len(found) else None


def scrolling(stage: Stage, hung: Hung) -> Follow | None:
    """How the viewports of a stage scroll together: by position where a prior lies in the frame of reference of all."""
    found = [chosen(wanted, hung) for wanted in stage.viewport]
    frames = {each.frame_of_reference for each in found if each is not None}
    registered = len(frames) == 1 and "" not in frames and any(each in hung.prior for each in found)
    return "position" if stage.scroll == "offset" and registered else stage.scroll


def _fits(wanted: Wanted, series: Series) -> bool:
    text = f"{series.description} {series.body_part}"
    return (
        (not wanted.modality or series.modality in wanted.modality)
        and bool(re.search(wanted.description, text, re.IGNORECASE))
        and (wanted.several is None or wanted.several == (series.frames > 1))
    )


def _score(match: Match, hung: Hung) -> int | None:
    """How many of its conditions hold; None when one does not."""
    if not hung.current:
        return None
    body_parts = " ".join(f"{each.body_part} {each.description} {each.study_description}" for each in hung.current)
    descriptions = " ".join(f"{each.study_description} {each.description}" for each in hung.current)
    count = len(hung.current)
    answers = (
        None if not match.modality else hung.current[0].modality in match.modality,
        None if not match.body_part else bool(re.search(match.body_part, body_parts, re.IGNORECASE)),
        None if not match.description else bool(re.search(match.description, descriptions, re.IGNORECASE)),
        None if match.least_series is None else count >= match.least_series,
        None if match.most_series is None else count <= match.most_series,
        None if match.prior is None else match.prior == bool(hung.prior),
    )
    return None if False in answers else answers.count(True)
