"""Machine code is made wherever it can be kept."""

from imaging.machine_code import compiled


def test_without_a_folder_to_keep_it_in_code_is_compiled_all_the_same() -> None:
    names: dict = {}
    exec(compile("def double(x): return 2 * x", "no such file", "exec"), names)  # numba finds no folder for it
    assert compiled(names["double"])(21) == 42
