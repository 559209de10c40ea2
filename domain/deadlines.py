"""Every limit on waiting, in seconds: step < operation, so that nothing waits for ever.

A step's limit lies well above the slowest recorded run, because ending too early costs a whole
environment and ending too late costs minutes.
"""

RESOURCE_GROUP = 120
RESOURCE_GROUP_DELETE = 30 * 60
"""Slowest of 173 recorded deletions: 1,212 s."""

MANAGED_CLUSTER = 45 * 60
"""Half of the recorded creations took under 5 minutes, users report up to 34."""

MANAGED_CLUSTER_DELETE = 30 * 60
"""Slowest of 91 recorded deletions: 1,078 s."""

FRONT_DOOR = 15 * 60
"""Slowest recorded change of a Front Door resource: 126 s; after the outage of 2025-10-29
changes queued for minutes."""

WORKLOAD = 10 * 60
"""The API server's name may need minutes to resolve after the cluster is created."""

READINESS = 40 * 60
"""GPU node 3 to 10 minutes with a tail to 26, then image pull and loading of weights."""

EDGE_ANSWERS = 60 * 60
"""Propagation was seen to take 45 minutes; usually it is over before the cluster is up."""

EMPTY_GPU_POOL = MANAGED_CLUSTER + 10 * 60
"""Forcing a pool to zero: 36 to 279 s were recorded for stopping one; a cluster that is still
being created refuses it until that is done."""

LEFTOVERS = 5 * 60
"""How long an operation's end waits for Azure to say what is left."""

PREDECESSOR = 10 * 60
"""How long a deletion waits for the operation it cancels to let go."""

POOL_SETTINGS = 5 * 60
"""One read, which Azure may throttle for minutes."""

WAKE_GPU_POOL = 30 * 60
"""A GPU node takes 3 to 10 minutes to boot, with a tail to 26."""

LAST_POLL = 10 * 60
"""How long after a deadline an answered poll is still waited for: one 502 must not fail an
operation that has succeeded."""

ORIGIN = MANAGED_CLUSTER + READINESS
"""Should Front Door refuse a host that does not resolve yet, the origin waits for the IP."""

EVENT = 60 * 60
"""Then whoever waits for the news has looked at the operation; most role assignments take
minutes to be known."""

PROVISION = RESOURCE_GROUP + MANAGED_CLUSTER + WORKLOAD + READINESS + EDGE_ANSWERS
UPDATE = PROVISION
"""It goes the same way; what has not changed takes no time."""

DELETE = PREDECESSOR + MANAGED_CLUSTER_DELETE + RESOURCE_GROUP_DELETE
SCALE_DOWN = POOL_SETTINGS + WORKLOAD + EMPTY_GPU_POOL
WAKE = 2 * WAKE_GPU_POOL + 2 * WORKLOAD + READINESS + EDGE_ANSWERS
SWEEP = 2 * 60 * 60
"""A sweep that started 200 scale-downs at 5 s each and waits for the last one."""
