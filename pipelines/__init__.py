"""Movement: sources, ingest, steps, tracking, simulation, reports, command line. All input and output is here."""
