"""Suggested actions that rules of several services share."""

REPEATED = "Nothing: the request is repeated; every request is idempotent."
REPEATED_UNLESS_OUTAGE = (
    "Nothing: the request is repeated. If it persists, check https://azure.status.microsoft."
)
REPEATED_WHEN_ACCEPTED = "Nothing: the request is repeated as soon as Azure accepts it."
OTHER_SIZE = "replace the specification with another gpu.vmSize by PUT"
OTHER_REGION = "delete the environment and create it in another region"
ELSEWHERE = f"{OTHER_SIZE}, or {OTHER_REGION}"
GRANT_ROLE = "Grant the control plane's managed identity the role that this action requires."
