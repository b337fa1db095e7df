"""The control list in time: what was in force on a day, for a destination, as known on another day."""

from features.controls.frames import ControlList

__all__ = ["ControlList"]
