"""Functions on arrays as machine code: compiled at first use, then kept on disk.

Modules that use it are imported late, off the main thread where possible: numba costs more time to load than a window
to open.
"""

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function as machine code that does not hold the interpreter's lock."""
    try:
        return njit(nogil=True, error_model="numpy", fastmath={"contract"}, cache=True)(function)
    except RuntimeError:  # no folder to keep it in: compiled anew in every run
        return njit(nogil=True, error_model="numpy", fastmath={"contract"})(function)


def _fetch(_context: Any, array: Any, place: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        array_type, place_type = signature.args
        data = context.make_array(array_type)(context, builder, values[0]).data
        there = builder.gep(data, [context.cast(builder, values[1], place_type, types.intp)])
        number = ir.IntType(32)
        wants = ir.FunctionType(ir.VoidType(), [there.type, number, number, number])
        prefetch = builder.module.declare_intrinsic("llvm.prefetch", [there.type], wants)
        to_write, near, of_data = number(1), number(3), number(1)
        builder.call(prefetch, [there, to_write, near, of_data])
        return context.get_dummy_value()

    return types.void(array, place), code


fetch: Callable[..., None] = intrinsic(_fetch)
"""``fetch(array, place)`` has memory brought near that is to be changed soon: ``array[place]`` of one dimension.

The place may lie beyond the array, as nothing is read or written. For machine code only.
"""
