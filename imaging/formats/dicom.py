"""DICOM files to series, and a series to a volume."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.errors import ReadError
from imaging.formats.content import identity
from imaging.formats.dicom_attributes import number, numbers, whole
from imaging.formats.dicom_header import Header, read_header
from imaging.formats.dicom_modality import (
    ModalityTransform,
    modality_transform,
    padding_of,
    unit_of,
    windows_of,
)
from imaging.formats.dicom_pixel_format import pixel_format
from imaging.formats.dicom_pixels import frames_of
from imaging.formats.dicom_stack import Frame, Stack, frames_in, group_key, multiframe, stacks_of
from imaging.progress import Report, silent
from imaging.study import Patient, Refusal, Series
from imaging.volume import Volume


def read_series(paths: Sequence[Path], report: Report = silent, done: int = 0) -> tuple[list[Series], list[Refusal]]:
    """The series in DICOM files, headers only, and the files that were refused.

    Args:
        paths: files judged to be DICOM by their content.
        report: told after every file.
        done: files of the same opening already told to ``report``.

    Raises:
        Cancelled: by ``report``.
    """
    headers: list[Header] = []
    refused: list[Refusal] = []
    for n, path in enumerate(paths):
        report(done + n, done + len(paths), f"Reading {path.name}")
        try:
            header = read_header(path)
            pixel_format(header)
        except ReadError as error:
            refused.append(Refusal(path, error.reason))
        else:
            headers.append(header)
    headers, copies = _without_copies(headers)
    return _series(_stacks(headers)), refused + copies


def load_volume(series: Series, report: Report = silent) -> Volume:
    """The pixels of one series after the modality LUT, in its order.

    Raises:
        ReadError: a file changed since it was listed, or cannot be decoded.
        Truncated: a file ends before its pixels.
        Cancelled: by ``report``.
    """
    stack = _stack_again(series)
    transforms = [modality_transform(frame.header, frame.index) for frame in stack.frames]
    array = _load_frames(stack, transforms, report)
    first = stack.frames[0].header
    return Volume(
        array,
        stack.geometry,
        stack.kind,
        unit="" if array.ndim == 4 else unit_of(first, transforms[0]),
        modality=first.text("Modality"),
        series_uid=series.uid,
        inverted=_is_inverted(first, stack.frames[0]),
        windows=() if array.ndim == 4 else windows_of(first),
        frame_times_ms=_frame_times_ms(first, len(stack.frames)) if stack.kind == "clip" else (),
        slice_geometries=stack.slice_geometries,
        padding=None if array.ndim == 4 else padding_of(first, transforms[0]),
        warnings=series.warnings,
    )


def _without_copies(headers: Sequence[Header]) -> tuple[list[Header], list[Refusal]]:
    """The headers without files that repeat another file's bytes; the copies are named, not hidden."""
    by_name: dict[str, list[Header]] = defaultdict(list)
    for header in headers:
        by_name[header.text("SOPInstanceUID") or str(header.path)].append(header)
    kept: list[Header] = []
    copies: list[Refusal] = []
    for same in by_name.values():
        seen: dict[str, Path] = {}
        for header in same:
            content = identity(header.path) if len(same) > 1 else ""
            if content in seen:
                copies.append(Refusal(header.path, f"an exact copy of {seen[content].name}, which is open already"))
            else:
                seen[content] = header.path
                kept.append(header)
    return kept, copies


def _stacks(headers: Sequence[Header]) -> list[tuple[str, Stack]]:
    """The stacks of every series with its Series Instance UID, in the order found."""
    singles: dict[tuple[Hashable, ...], list[Frame]] = defaultdict(list)
    stacks: list[tuple[str, Stack]] = []
    for header in headers:
        frames = frames_in(header, pixel_format(header))
        if len(frames) > 1:
            stacks.append((_series_uid(header), multiframe(frames)))
        else:
            singles[group_key(frames[0])].append(frames[0])
    for group in singles.values():
        stacks.extend((_series_uid(group[0].header), stack) for stack in stacks_of(group))
    return stacks


def _series_uid(header: Header) -> str:
    return header.text("SeriesInstanceUID") or header.text("SOPInstanceUID") or identity(header.path)


def _series(stacks: Sequence[tuple[str, Stack]]) -> list[Series]:
    """Series in order of number, with unique identities; the largest stack of a series keeps the plain one."""
    counts: Counter[str] = Counter()
    total = Counter(uid for uid, _ in stacks)
    ordered = sorted(stacks, key=lambda each: (-len(each[1].frames), str(each[1].frames[0].header.path)))
    found: list[Series] = []
    for uid, stack in ordered:
        counts[uid] += 1
        unique = uid if counts[uid] == 1 else f"{uid}#{counts[uid]}"
        found.append(_describe(unique, stack, total[uid] > 1))
    return sorted(found, key=lambda each: (each.study_uid, each.number is None, each.number or 0, each.uid))


def _describe(uid: str, stack: Stack, one_of_several: bool) -> Series:
    header, layout = stack.frames[0].header, stack.frames[0].layout
    times = _frame_times_ms(header, len(stack.frames)) if stack.kind == "clip" else ()
    return Series(
        uid=uid,
        kind=stack.kind,
        format="DICOM",
        files=tuple(dict.fromkeys(frame.header.path for frame in stack.frames)),
        shape_kji=stack.geometry.shape_kji,
        geometry=stack.geometry,
        modality=header.text("Modality"),
        description=_description(stack, one_of_several),
        number=whole(header.dataset, "SeriesNumber"),
        photometric=layout.photometric,
        body_part=header.text("BodyPartExamined"),
        frame_time_ms=float(np.median(np.diff(times))) if len(times) > 1 else None,
        study_uid=header.text("StudyInstanceUID"),
        study_date=header.text("StudyDate"),
        study_description=header.text("StudyDescription"),
        accession=header.text("AccessionNumber"),
        patient=Patient(
            header.text("PatientID"),
            header.text("PatientName"),
            header.text("PatientBirthDate"),
            header.text("PatientSex"),
        ),
        warnings=stack.warnings + _pixel_warnings(stack),
    )


def _description(stack: Stack, one_of_several: bool) -> str:
    """Series Description, and what tells this stack apart from the others of its series."""
    header, layout = stack.frames[0].header, stack.frames[0].layout
    parts = [header.text("SeriesDescription")]
    if stack.label:
        parts.append(stack.label)
    elif one_of_several:
        kind = header.text("ImageType").split("\\")[2:3]
        number_of = whole(header.dataset, "InstanceNumber")
        parts.append(" ".join([*kind, f"{layout.columns} × {layout.rows}", f"from image {number_of}"]).lower())
    return ", ".join(part for part in parts if part)


def _pixel_warnings(stack: Stack) -> tuple[str, ...]:
    first = stack.frames[0]
    found: list[str] = []
    if first.layout.is_colour and first.layout.bits_stored > 8 and first.layout.samples == 3:
        found.append(f"colour of {first.layout.bits_stored} bits is shown with its 8 highest")
    if stack.kind == "clip" and not _frame_times_ms(first.header, len(stack.frames)):
        found.append("the file states no frame time")
    if not first.header.transfer_syntax:
        found.append("the file does not state its transfer syntax: the encoding was guessed")
    return tuple(found)


def _stack_again(series: Series) -> Stack:
    """The stack of a listed series, from its files as they are now."""
    frames: list[Frame] = []
    for path in series.files:
        header = read_header(path)
        frames.extend(frames_in(header, pixel_format(header)))
    stacks = [multiframe(frames)] if frames[0].layout.frames > 1 else stacks_of(frames)
    if len(stacks) > 1 or stacks[0].geometry.shape_kji != series.shape_kji:
        raise ReadError(series.files[0], "the series has changed since it was listed: open it again")
    return stacks[0]


def _load_frames(stack: Stack, transforms: Sequence[ModalityTransform], report: Report) -> NDArray[Any]:
    """(K, J, I) or (K, J, I, 3) of all frames in one array, file by file."""
    filled = FilledArray(stack, transforms)
    by_file: dict[Path, list[int]] = defaultdict(list)
    for k, frame in enumerate(stack.frames):
        by_file[frame.header.path].append(k)
    done = 0
    for ks in by_file.values():
        with frames_of(stack.frames[ks[0]].header) as reader:
            for k in ks:
                report(done, len(stack.frames), f"Loading image {done + 1} of {len(stack.frames)}")
                filled.put(k, reader.stored(stack.frames[k].index))
                done += 1
    return filled.array


class FilledArray:
    """One array for all frames, filled frame by frame; widened only if a value does not fit.

    Attributes:
        array: (K, J, I) int16, uint8, uint16, int32, int64 or floating; or (K, J, I, 3) uint8.
    """

    def __init__(self, stack: Stack, transforms: Sequence[ModalityTransform]) -> None:
        self._transforms = transforms
        shape = stack.geometry.shape_kji
        layouts = [frame.layout for frame in stack.frames]
        if layouts[0].is_colour:
            self.array: NDArray[Any] = np.empty((*shape, 3), np.uint8)
        else:
            self.array = np.empty(shape, self._first_choice(stack))

    def _first_choice(self, stack: Stack) -> np.dtype[Any]:
        layout = stack.frames[0].layout
        if layout.number != "integer":
            return np.dtype(layout.number)
        if not all(transform.keeps_integers for transform in self._transforms):
            return np.dtype(np.float32)
        if any(not transform.is_identity for transform in self._transforms):
            return np.dtype(np.int16)
        size = max(1, layout.bits_allocated // 8)
        return np.dtype(f"{'i' if layout.is_signed else 'u'}{size}")

    def put(self, k: int, stored: NDArray[Any]) -> None:
        """Frame ``k`` from its stored values."""
        if self.array.ndim == 4:
            self.array[k] = stored
            return
        values = self._plain_shift(k, stored)
        if values is None:
            values = stored if self._transforms[k].is_identity else self._transforms[k].apply(stored)
            self._widen_for(k, values)
        self.array[k] = values

    def _plain_shift(self, k: int, stored: NDArray[Any]) -> NDArray[Any] | None:
        """Sixteen-bit values moved by the intercept without a wider copy, where they surely fit; else None."""
        transform = self._transforms[k]
        if self.array.dtype != np.int16 or transform.table is not None or transform.slope != 1:
            return None
        low, high = int(stored.min()) + transform.intercept, int(stored.max()) + transform.intercept
        if not (low >= -32768 and high <= 32767 and stored.dtype.itemsize <= 2):
            return None
        return stored.astype(np.int16) + np.int16(transform.intercept) if abs(transform.intercept) < 32768 else None

    def _widen_for(self, k: int, values: NDArray[Any]) -> None:
        """Give the array a wider type when frame ``k`` needs it; what is filled already is kept."""
        if not np.issubdtype(self.array.dtype, np.integer) or values.size == 0:
            return
        needed = np.result_type(np.min_scalar_type(values.min()), np.min_scalar_type(values.max()), self.array.dtype)
        if needed != self.array.dtype:
            wider = np.empty(self.array.shape, needed)
            wider[:k] = self.array[:k]
            self.array = wider


def _is_inverted(header: Header, frame: Frame) -> bool:
    """True when low values are to be shown bright: MONOCHROME1, or a presentation LUT that says so (PS3.3 C.11.6)."""
    return frame.layout.photometric == "MONOCHROME1" or (
        frame.layout.photometric == "MONOCHROME2" and header.text("PresentationLUTShape").upper() == "INVERSE"
    )


def _frame_times_ms(header: Header, count: int) -> tuple[float, ...]:
    """Start of each frame by Frame Time Vector, Frame Time or a cine rate (PS3.3 C.7.6.5); empty if none is stated."""
    vector = numbers(header.dataset, "FrameTimeVector")
    if len(vector) == count:
        return tuple(accumulate((0.0, *vector[1:])))
    step = number(header.dataset, "FrameTime")
    if not step or step <= 0:
        rate = number(header.dataset, "CineRate") or number(header.dataset, "RecommendedDisplayFrameRate")
        step = 1000 / rate if rate and rate > 0 else None
    return tuple(k * step for k in range(count)) if step else ()
