"""Evidence: pure functions over polars expressions and lazy frames. No file, clock, setting or learner lives here."""
