"""Files of tables: read with plain refusals, written so that a killed run leaves the last good output."""

from pipelines.files.fingerprint import fingerprint_table
from pipelines.files.generated import as_metadata, generated_mark, joint_mark
from pipelines.files.load import Loaded, load_table, refuse_beyond, tell_rows
from pipelines.files.scan import scan_table
from pipelines.files.write import withdraw, write_table, write_text

__all__ = [
    "Loaded",
    "as_metadata",
    "fingerprint_table",
    "generated_mark",
    "joint_mark",
    "load_table",
    "refuse_beyond",
    "scan_table",
    "tell_rows",
    "withdraw",
    "write_table",
    "write_text",
]
