"""How long somebody worked, without pauses."""

PAUSE_S = 60.0
"""Of a longer time without input the rest is a pause: who reads need not move the mouse, but does within a minute."""


class ActiveTime:
    """Adds up the time between inputs; of a longer gap :data:`PAUSE_S` count. All times in seconds of any clock."""

    def __init__(self, now_s: float) -> None:
        self._last_s: float | None = now_s
        self._seconds = 0.0

    def touch(self, now_s: float) -> None:
        """Note that the person did something."""
        self._seconds = self.seconds(now_s)
        self._last_s = now_s

    def pause(self, now_s: float) -> None:
        """Count nothing until the next input, as while another program is in front."""
        self._seconds = self.seconds(now_s)
        self._last_s = None

    def seconds(self, now_s: float) -> float:
        """The time worked until now."""
        return self._seconds + (0.0 if self._last_s is None else min(now_s - self._last_s, PAUSE_S))
