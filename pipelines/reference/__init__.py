"""Reference files (control list, minerals) read into frames; the user's own of the same form serve as well."""

from pipelines.reference.control_list import load_controls
from pipelines.reference.mineral_tables import load_minerals

__all__ = ["load_controls", "load_minerals"]
