"""Write the reference pages: `python -m pipelines.reference_pages`."""

from __future__ import annotations

import sys

from pipelines.reference_pages import write_pages

if __name__ == "__main__":
    for page in write_pages():
        sys.stdout.write(f"{page}\n")
