"""Values across the border: out as plain JSON with arrays beside it, in only as the types that are expected.

What comes back from a worker is not trusted: nothing in it names a class or a function. The receiver says which type
it expects, and every field is checked against its annotation before the value's own constructor runs.
"""

import types
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal, Union, cast, get_args, get_origin, get_type_hints

import numpy as np
from numpy.typing import NDArray

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
ArraySpec = dict[str, Json]

_NUMBER_KINDS = "biuf"


class WireError(Exception):
    """A message that is not what was expected."""


def encode(value: Any, put_array: Callable[[NDArray[Any]], ArraySpec]) -> Json:
    """A value as JSON: data classes become lists of their fields.

    Args:
        value: data classes, tuples, paths, enums and plain values; numbers of NumPy become plain ones.
        put_array: takes each array and gives what stands in its place.

    Raises:
        WireError: a type that cannot cross.
    """
    if isinstance(value, Path):  # of the longest lists
        return str(value)
    if value is None or (isinstance(value, bool | int | float | str) and not isinstance(value, Enum)):
        return value
    if isinstance(value, np.ndarray):
        return put_array(value)
    if is_dataclass(value):
        return [encode(getattr(value, each.name), put_array) for each in fields(value)]
    if isinstance(value, tuple | list | frozenset):
        return [encode(each, put_array) for each in cast("tuple[Any, ...]", value)]
    if isinstance(value, np.generic | Enum):
        return value.item() if isinstance(value, np.generic) else value.value
    if isinstance(value, datetime):
        return value.isoformat()
    raise WireError(f"{type(value).__name__} cannot be sent")


def decode(expected: Any, data: Json, get_array: Callable[[ArraySpec], NDArray[Any]]) -> Any:
    """The value of type ``expected`` that :func:`encode` wrote.

    Args:
        expected: a data class, or any annotation that its fields use.
        get_array: takes what stands in an array's place and gives the array.

    Raises:
        WireError: the data is not of that type.
        GeometryError: a geometry or volume that contradicts itself.
    """
    origin = get_origin(expected)
    if origin is Literal:
        return _checked(data in get_args(expected), expected, data)
    if origin in (Union, types.UnionType):
        return _one_of(expected, data, get_array)
    if origin in (tuple, frozenset):
        return _sequence(expected, data, get_array)
    if origin is np.ndarray:
        return get_array(cast("ArraySpec", _checked(isinstance(data, dict), expected, data)))
    if is_dataclass(expected):
        return _instance(cast("type[Any]", expected), data, get_array)
    return _plain(expected, data)


def _plain(expected: Any, data: Json) -> Any:
    if expected is float:
        return float(_checked(type(data) in (int, float), expected, data))
    if expected is Path:
        return _path(cast("str", _checked(isinstance(data, str) and "\0" not in data, expected, data)))
    if expected is datetime:
        return datetime.fromisoformat(_checked(isinstance(data, str), expected, data))
    if isinstance(expected, type) and issubclass(expected, Enum):
        return expected(_checked(data in [each.value for each in expected], expected, data))
    if expected in (bool, int, str, types.NoneType):
        return _checked(type(data) is expected, expected, data)
    raise WireError(f"{expected} cannot be received")


@lru_cache(1 << 14)
def _path(text: str) -> Path:
    """The one object for a path, which is then found by identity: files are spoken of again and again."""
    return Path(text)


def _one_of(expected: Any, data: Json, get_array: Callable[[ArraySpec], NDArray[Any]]) -> Any:
    """Unions here are of one type and None."""
    if data is None:
        return _checked(types.NoneType in get_args(expected), expected, data)
    (inner,) = (each for each in get_args(expected) if each is not types.NoneType)
    return decode(inner, data, get_array)


def _sequence(expected: Any, data: Json, get_array: Callable[[ArraySpec], NDArray[Any]]) -> Any:
    items = cast("list[Json]", _checked(isinstance(data, list), expected, data))
    inner = get_args(expected)
    if get_origin(expected) is frozenset:
        return frozenset(decode(inner[0], each, get_array) for each in items)
    if inner[-1] is Ellipsis:
        return tuple(decode(inner[0], each, get_array) for each in items)
    _checked(len(items) == len(inner), expected, data)
    return tuple(decode(kind, each, get_array) for kind, each in zip(inner, items, strict=True))


def _instance(expected: type[Any], data: Json, get_array: Callable[[ArraySpec], NDArray[Any]]) -> Any:
    hints = _hints(expected)
    items = cast("list[Json]", _checked(isinstance(data, list) and len(data) == len(hints), expected, data))
    return expected(*(decode(kind, each, get_array) for kind, each in zip(hints, items, strict=True)))


@cache
def _hints(expected: type[Any]) -> tuple[Any, ...]:
    """Types of a data class's fields, in their order."""
    hints = get_type_hints(expected)
    return tuple(hints[each.name] for each in fields(expected))


def _checked(fits: bool, expected: Any, data: Json) -> Any:
    if not fits:
        raise WireError(f"expected {expected}, found {str(data)[:80]!r}")
    return data


def array_layout(spec: ArraySpec) -> tuple[tuple[int, ...], np.dtype[Any], int]:
    """Shape, type and size in bytes of an array that a message speaks of.

    Raises:
        WireError: no shape or type of numbers.
    """
    shape, name = spec.get("shape"), spec.get("dtype")
    if not isinstance(shape, list) or len(shape) > 8 or not all(type(n) is int and n >= 0 for n in shape):
        raise WireError(f"expected a shape, found {str(shape)[:80]}")
    if not isinstance(name, str) or len(name) > 4:
        raise WireError(f"expected a type of numbers, found {str(name)[:80]}")
    try:
        dtype = np.dtype(name)
    except (TypeError, ValueError) as error:
        raise WireError(f"expected a type of numbers, found {name!r}") from error
    if dtype.kind not in _NUMBER_KINDS:
        raise WireError(f"expected a type of numbers, found {name!r}")
    sizes = tuple(cast("list[int]", shape))
    count = 1
    for n in sizes:
        count *= n
    return sizes, dtype, count * dtype.itemsize


def array_spec(array: NDArray[Any]) -> ArraySpec:
    """What :func:`array_layout` reads: shape and type."""
    return {"shape": [int(n) for n in array.shape], "dtype": array.dtype.str}
