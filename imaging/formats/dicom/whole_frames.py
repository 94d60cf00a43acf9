"""How many frames of a file are there to their last byte, before any is decoded."""

from imaging.formats.dicom.fragments import FragmentError, frames_there
from imaging.formats.dicom.header import Header
from imaging.formats.dicom.stream import dataset_stream
from imaging.formats.dicom.video import VIDEO_SYNTAXES


def whole_frames(header: Header, stated: int, frame_bits: int) -> int:
    """The number of frames that are there; ``stated`` where that cannot be told, as of a clip that is one stream.

    Args:
        header: of the file.
        stated: Number of Frames.
        frame_bits: of one frame as stored natively.

    Raises:
        ReadError: the file cannot be read.
    """
    pixels = header.pixels
    if not pixels.is_fragmented:
        return min(stated, pixels.length * 8 // frame_bits)
    if header.transfer_syntax in VIDEO_SYNTAXES:
        return stated
    try:
        with dataset_stream(header.path) as stream:
            groups = frames_there(stream, pixels.offset, stated, pixels.length)
    except FragmentError:
        return stated
    return stated if groups is None else min(stated, len(groups))
