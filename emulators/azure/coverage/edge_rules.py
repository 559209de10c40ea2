"""The rules of the public side, each with what enforces it."""

from emulators.azure.coverage import Entry, Known

DOCUMENTED, ASSUMED = Known.DOCUMENTED, Known.ASSUMED

EDGE_RULES = (
    Entry(
        "headers at the edge",
        "`X-Azure-FDID`, `-Ref`, `-SocketIP`, `-ClientIP`, `X-Forwarded-*`, `Via` of its own in "
        "place of a client's; probes carry `X-FD-HealthProbe: 1`",
        DOCUMENTED,
        "edge.front_door_edge:serve",
        "origins are probed with each request whose origin is chosen, not at an interval",
    ),
    Entry(
        "HTTPS to an origin",
        "a real handshake: 503 unless the certificate is of a public authority, has not expired "
        "and, with `enforceCertificateNameCheck`, is for the origin's host name",
        DOCUMENTED,
        "edge.relay:OriginTls",
        "vaults issue certificates of the one public authority that is trusted",
    ),
    Entry(
        "managed rules at the edge",
        "eleven rules of the default rule set on path, query, headers and 128 KB of the body; "
        "`Detection`, overrides and exclusions of set, group and rule are honoured",
        DOCUMENTED,
        "edge.managed_rules:blocks",
        "patterns are simplified and names of nested JSON fields assumed; `Redirect` blocks",
    ),
    Entry(
        "propagation to the edge",
        "3 to 10 minutes after the operation; ARM never shows it",
        DOCUMENTED,
        "front_door.deployments:Deployments.begin",
        "today's figure was not found",
    ),
)
