"""Types and durations of Private Link, as recorded."""

from emulators.azure.latency import Duration

SERVICE_TYPE = "Microsoft.Network/privateLinkServices"
CONNECTION_TYPE = f"{SERVICE_TYPE}/privateEndpointConnections"

SERVICE_DELETE = Duration(10, 10, 11)
CONNECTION_CHANGE = Duration(5, 10, 30)
ACCEPT = Duration(0.4, 0.8, 1.5)
READ = Duration(0.2, 0.3, 0.6)

REQUEST_ARRIVES = Duration(15, 30, 60)
"""Reported: of a connection from Front Door, after its route is created."""

APPROVAL_TAKES_EFFECT = Duration(60, 180, 300)
"""Documented as a few minutes, reported up to 30."""

PENDING = "Pending"
APPROVED = "Approved"
STATUSES = (PENDING, APPROVED, "Rejected", "Disconnected")
