"""Timer triggers: schedules, what was missed while the host was away, and the runs themselves."""
