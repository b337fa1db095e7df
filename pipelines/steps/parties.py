"""Which traders' names are taken for one firm: a table to look through."""

from __future__ import annotations

from pathlib import Path

from features.contracts import Declarations
from features.parties import party_clusters
from pipelines.files import load_table, write_table
from pipelines.reference import load_name_signs
from pipelines.steps.said import Said


def run_party_clusters(*, declarations: Path, out: Path, max_rejects_share: float) -> Said:
    """Write the clusters of traders' names of a table of declarations, as Parquet and as CSV for people."""
    read = load_table(declarations, Declarations, table="declarations", max_rejects_share=max_rejects_share)
    clusters = party_clusters(read.frame.lazy(), load_name_signs())
    paths = [write_table(clusters, out / f"party_clusters.{kind}") for kind in ("parquet", "csv")]
    firms = clusters["cluster_id"].n_unique()
    found = f"{clusters.height:,} names are taken for {firms:,} firm{'' if firms == 1 else 's'}"
    return Said(lines=[read.told, found if firms else "no two names are taken for one firm"], paths=paths)
