"""Suggested actions that rules of several services share."""

REPEATED = "Nothing: the request is repeated; every request is idempotent."
REPEATED_UNLESS_OUTAGE = (
    "Nothing: the request is repeated. If it persists, check https://azure.status.microsoft."
)
REPEATED_WHEN_ACCEPTED = "Nothing: the request is repeated as soon as Azure accepts it."
GRANT_ROLE = "Grant the control plane's managed identity the role that this action requires."
