"""What a place in an M-mode or a spectrum stands for: a velocity and a time, a depth and a time."""

from imaging.geometry import Triple
from imaging.measurement.figure import Value
from imaging.measurement.ruler import in_unit, is_told, quantity, region_number, region_words
from imaging.volume import Volume


def coordinates(volume: Volume, point_kji: Triple) -> tuple[Value, ...]:
    """The physical values of a point, down and across, in an ultrasound region whose directions are different things.

    They are counted from the region's reference pixel (DICOM PS3.3 C.8.5.5.1.3); a direction without one has none.
    The region is the one that a length there is measured in. Elsewhere there are none.
    """
    k, row, column = point_kji
    regions = volume.regions_at(min(max(round(k), 0), volume.geometry.shape_kji[0] - 1))
    number = region_number(regions, (point_kji,))
    if number is None or not is_told(regions[number]) or len(set(regions[number].units)) == 1:
        return ()
    region = regions[number]
    words = region_words(number, region)
    found: list[Value] = []
    for side, pixels in enumerate((row - region.box_ji[0], column - region.box_ji[1])):
        first = region.corner[side]
        if first is not None:
            value, unit = in_unit(first + pixels * region.delta[side], region.units[side])
            found.append(Value(quantity(unit).capitalize(), value, unit, words))
    return tuple(found)
