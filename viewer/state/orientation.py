"""How a stored plane is turned for display: one of eight ways, and how they follow one another."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Orientation:
    """How a plane is turned: transposed first, then mirrored on the screen."""

    transposed: bool = False
    flip_x: bool = False
    flip_y: bool = False

    def then(self, next_turn: "Orientation") -> "Orientation":
        """This turn, followed by another."""
        flip_x, flip_y = (self.flip_y, self.flip_x) if next_turn.transposed else (self.flip_x, self.flip_y)
        return Orientation(
            self.transposed != next_turn.transposed, flip_x != next_turn.flip_x, flip_y != next_turn.flip_y
        )


AS_STORED = Orientation()
MIRRORED = Orientation(flip_x=True)
UPSIDE_DOWN = Orientation(flip_y=True)
CLOCKWISE = Orientation(transposed=True, flip_x=True)
ANTICLOCKWISE = Orientation(transposed=True, flip_y=True)
