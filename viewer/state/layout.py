"""How viewports share the window: rows and columns, or planes of one volume side by side."""

from dataclasses import dataclass

from viewer.state.planes import Plane


@dataclass(frozen=True)
class Cell:
    """Where one viewport lies in the grid of a layout."""

    row: int
    column: int
    rows: int = 1
    columns: int = 1
    plane: Plane = "stored"


@dataclass(frozen=True)
class Layout:
    """A named arrangement.

    Attributes:
        name: ``"2x3"`` is two rows of three; ``"mpr"`` three planes of one volume.
        one_volume: every cell shows the volume of the active viewport.
    """

    name: str
    cells: tuple[Cell, ...]
    one_volume: bool = False

    @property
    def text(self) -> str:
        """The name for people."""
        return {"mpr": "Three planes (MPR)", "mpr-columns": "Three planes side by side"}.get(
            self.name, self.name.replace("x", " × ")
        )


def _grid(rows: int, columns: int) -> Layout:
    return Layout(f"{rows}x{columns}", tuple(Cell(r, c) for r in range(rows) for c in range(columns)))


SINGLE = _grid(1, 1)
MPR = Layout(
    "mpr",
    (Cell(0, 0, rows=2, plane="axial"), Cell(0, 1, plane="coronal"), Cell(1, 1, plane="sagittal")),
    one_volume=True,
)
MPR_COLUMNS = Layout(
    "mpr-columns",
    (Cell(0, 0, plane="axial"), Cell(0, 1, plane="coronal"), Cell(0, 2, plane="sagittal")),
    one_volume=True,
)

LAYOUTS: dict[str, Layout] = {
    layout.name: layout
    for layout in (*(_grid(rows, columns) for rows in (1, 2, 3) for columns in (1, 2, 3, 4)), MPR, MPR_COLUMNS)
}
"""All layouts by name, 1x1 to 3x4 and the planes."""

MOST_VIEWPORTS = max(len(layout.cells) for layout in LAYOUTS.values())


def _smallest(grid: Layout) -> tuple[int, int, int]:
    rows, columns = grid.cells[-1].row + 1, grid.cells[-1].column + 1
    return rows * columns, abs(rows - columns), rows


def grid_for(count: int) -> Layout:
    """The smallest rows and columns that hold ``count`` viewports, rather square than long, and wide than tall.

    Raises:
        ValueError: more than the largest layout holds.
    """
    grids = [each for each in LAYOUTS.values() if not each.one_volume and len(each.cells) >= count]
    if not grids:
        raise ValueError(f"{count} viewports: expected at most {MOST_VIEWPORTS}")
    return min(grids, key=_smallest)
