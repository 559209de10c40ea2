"""Azure Policy: what a subscription's assignments change in writes, and what they deny."""
