"""The activity log: what was written in the subscription, by whom, and how it ended."""
