"""Reference files (control list, minerals, characters of names) read into frames, the user's own too."""

from pipelines.reference.control_list import load_controls
from pipelines.reference.mineral_tables import load_minerals
from pipelines.reference.name_signs import load_name_signs

__all__ = ["load_controls", "load_minerals", "load_name_signs"]
