"""Time limits in seconds. A step's limit is below its operation's, so every wait ends.

A step's limit lies well above the slowest recorded run: one that is too short fails a whole
environment, one that is too long costs minutes.
"""

RESOURCE_GROUP_DELETE = 30 * 60
"""Slowest of 173 recorded deletions: 1,212 s."""

RESOURCE_GROUP = 120 + RESOURCE_GROUP_DELETE
"""A group of the same name may still be being deleted, and ARM refuses to create it until then."""

MANAGED_CLUSTER = 45 * 60
"""Half of the recorded creations took under 5 minutes; users report up to 34."""

MANAGED_CLUSTER_DELETE = 30 * 60
"""Slowest of 91 recorded deletions: 1,078 s."""

FRONT_DOOR = 15 * 60
"""Slowest recorded change of a Front Door resource: 126 s; after the outage of 2025-10-29
changes were queued for minutes."""

MAINTENANCE = 10 * 60
"""A maintenance configuration is written in under a second; the limit is for an outage."""

IMAGE = 5 * 60
"""Three requests to a registry, each of which is given up after 30 s."""

ROLE_ASSIGNMENT = 10 * 60
"""A role assignment is written in under a second; the limit is for an outage."""

CELL_ROLES = 4 * ROLE_ASSIGNMENT
"""Those of a cell at a registry, two vaults and an account with weights."""

DNS_RECORD = 10 * 60
"""A record set is written at once; the limit is for an outage."""

IDENTITY = 10 * 60
"""An identity, or a credential of it, is written in under two seconds: recorded."""

WORKLOAD = 10 * 60
"""The API server's host name may take minutes to resolve after the cluster is created."""

GATEWAY = RESOURCE_GROUP + FRONT_DOOR + WORKLOAD
"""The gateway waits for the id of the Front Door profile, which is built beside the cells."""

TRAFFIC = 15 * 60
"""A changed ConfigMap reaches a gateway within two minutes; one that drains keeps what it had, for
four minutes more."""

STARTUP = 20 * 60
"""For a replica to load its weights, which was observed to take up to 15 minutes; a specification
may give it more."""

READINESS = 20 * 60 + STARTUP
"""A GPU node takes 3 to 10 minutes, with a tail to 26; then the image is pulled and the weights
are loaded."""

EDGE_ANSWERS = 60 * 60
"""Front Door's propagation was observed to take 45 minutes; usually it ends before the cluster is
up."""

EMPTY_GPU_POOL = MANAGED_CLUSTER + 10 * 60
"""Stopping a pool was recorded to take 36 to 279 s; a cluster that is still being created refuses
to scale one."""

REMAINING_RESOURCES = 5 * 60
"""For listing what remains in Azure at the end of an operation."""

PREDECESSOR = 10 * 60
"""For the operation that a deletion cancels to end."""

POOL_SETTINGS = 5 * 60
"""A single read, which Azure may throttle for minutes."""

START_GPU_POOL = 30 * 60
"""A GPU node takes 3 to 10 minutes to boot, with a tail to 26."""

LAST_POLL = 10 * 60
"""How long after a deadline an answered poll is still waited for: one 502 must not fail an
operation that has succeeded."""

ORIGIN = MANAGED_CLUSTER + READINESS
"""If Front Door refuses a host name that does not resolve yet, the origin waits for the public
IP."""

FIRST_ORIGIN = (
    RESOURCE_GROUP + CELL_ROLES + MANAGED_CLUSTER + START_GPU_POOL + WORKLOAD + GATEWAY + ORIGIN
)
"""How long a route may wait for a private origin: that of the first cell whose gateway is up."""

PRIVATE_LINK = 2 * FRONT_DOOR
"""A connection was reported to appear 15 to 60 s after the route is created; to approve or delete
one was recorded to take up to 30 s."""

EVENT = 60 * 60
"""By then consumers have polled the operation; most role assignments take effect in minutes."""

PROVISION = (
    IMAGE
    + RESOURCE_GROUP
    + MANAGED_CLUSTER
    + CELL_ROLES
    + DNS_RECORD
    + START_GPU_POOL
    + WORKLOAD
    + GATEWAY
    + 2 * MAINTENANCE
    + 2 * IDENTITY
    + READINESS
    + PRIVATE_LINK
    + EDGE_ANSWERS
)
UPDATE = PROVISION + CELL_ROLES
"""An update runs the same steps; those with nothing to change take no time. It also takes back
roles that the former specification needed."""

REPAIR = UPDATE

ANOTHER_OFFER = 60 * 60
"""For each further offer of a cell: a refusal was reported within 15 minutes; after it a pool, or
the cell, is deleted, and built again."""

DELETE = (
    PREDECESSOR
    + DNS_RECORD
    + CELL_ROLES
    + FRONT_DOOR
    + MANAGED_CLUSTER_DELETE
    + RESOURCE_GROUP_DELETE
)
SCALE_DOWN = POOL_SETTINGS + WORKLOAD + EMPTY_GPU_POOL
WAKE = GATEWAY + 2 * START_GPU_POOL + 2 * WORKLOAD + READINESS + EDGE_ANSWERS
WAKE_LOOK = 5 * 60
"""A look at the gateways of sleeping environments, some of which do not answer."""

SWEEP = 2 * 60 * 60
"""Covers 200 scale-downs that start 5 s apart, and the last one's end."""


WAY_BACK = 2 * WORKLOAD + READINESS + 3 * TRAFFIC
"""Of the old version, once its place was already given to the new one."""


def beside(weights: int, watched_minutes: int, grace_seconds: int) -> float:
    """Seconds that an update gets beyond its usual limit for a version beside the one that serves:
    its shares, the replicas that then take the old one's place, and its end."""
    return (
        (weights + 3) * TRAFFIC
        + watched_minutes * 60
        + READINESS
        + WORKLOAD
        + ending(grace_seconds)
    )


def ending(grace_seconds: int) -> float:
    """Seconds until the pods of a version are gone."""
    return WORKLOAD + grace_seconds


def further_startup(timeout_minutes: int) -> float:
    """Seconds that readiness, and an operation that waits for it, get beyond their usual limit."""
    return max(0, timeout_minutes * 60 - STARTUP)
