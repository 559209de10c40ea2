"""Log Analytics: one workspace, which the agents of clusters fill and one function reads."""
