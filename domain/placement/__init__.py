"""Where a cell's GPU nodes come from, and what is tried if Azure has none."""
