"""Settings: one closed section a file, shipped in configs/ and overridden by `--config FILE`."""
