"""Reference files (control list, minerals) read into frames; each can be replaced by the user's own of the same form."""

from pipelines.reference.control_list import load_controls
from pipelines.reference.mineral_tables import load_minerals

__all__ = ["load_controls", "load_minerals"]
