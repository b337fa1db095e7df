"""The control list in time: what was in force on a day, for a destination, as known on another day."""

from features.controls.describe import describe_controls
from features.controls.frames import ControlList
from features.controls.join import controls_for_minerals, join_controls

__all__ = ["ControlList", "controls_for_minerals", "describe_controls", "join_controls"]
