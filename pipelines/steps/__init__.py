"""Steps: each moves tables from place to place and returns what it made."""
