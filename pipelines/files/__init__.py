"""Files of tables: read with plain refusals, written so that a killed run leaves the last good output."""

from pipelines.files.fingerprint import fingerprint_table
from pipelines.files.load import Loaded, load_table, refuse_beyond
from pipelines.files.scan import scan_table
from pipelines.files.write import withdraw, write_table, write_text

__all__ = [
    "Loaded",
    "fingerprint_table",
    "load_table",
    "refuse_beyond",
    "scan_table",
    "withdraw",
    "write_table",
    "write_text",
]
