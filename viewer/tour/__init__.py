"""A guided tour through the real window without a display: real events, real models, numbered screenshots."""

from viewer.tour.guide import STATIONS, Station, run

__all__ = ["STATIONS", "Station", "run"]
