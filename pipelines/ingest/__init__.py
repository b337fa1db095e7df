"""Published trade statistics and declarations into contract tables: one file for each published format."""

from pipelines.ingest.draft import Given
from pipelines.ingest.formats import FORMATS, SourceFormat
from pipelines.ingest.run import IngestCounts, IngestResult, ingest

__all__ = ["FORMATS", "Given", "IngestCounts", "IngestResult", "SourceFormat", "ingest"]
