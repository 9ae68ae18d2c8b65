"""What others publish, fetched: files and pages that tell of maintenance, power cuts and states."""
