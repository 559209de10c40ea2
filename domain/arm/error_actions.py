"""Suggested actions that rules of several services share."""

REPEATED = "Nothing: the request is repeated; every request is idempotent."
REPEATED_UNLESS_OUTAGE = (
    "Nothing: the request is repeated. If it persists, check https://azure.status.microsoft."
)
REPEATED_WHEN_ACCEPTED = "Nothing: the request is repeated as soon as Azure accepts it."
OTHER_SIZE = "replace the specification by PUT with another gpu.vmSize"
OTHER_REGION = "replace the specification by PUT with other regions under placement"
ELSEWHERE = f"{OTHER_SIZE}, or with alternatives under placement"
GRANT_ROLE = "Grant the control plane's managed identity the role that this action requires."
