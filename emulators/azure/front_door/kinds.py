"""The kinds of Front Door resources: where each is found and how long it takes, as recorded.

The recordings give bounds, not exact times: what is written here lies between them.
"""

from dataclasses import dataclass

from emulators.azure.arm.routing import GROUP
from emulators.azure.latency import Duration

NAMESPACE = "Microsoft.Cdn"
PROFILES = f"{GROUP}/providers/{NAMESPACE}/profiles"

ACCEPT = Duration(0.9, 1.3, 1.9)
READ = Duration(0.2, 0.4, 0.8)
POLL = Duration(0.1, 0.2, 0.3)

EDGE_PROPAGATION = Duration(180, 270, 600)
"""Documented as some minutes; ARM never shows it."""


@dataclass(frozen=True, slots=True)
class Kind:
    """`types` are the registered names; `create` None means that a create is synchronous."""

    types: tuple[str, ...]
    path: str
    shown_type: str
    body_name: str
    create: Duration | None
    update: Duration
    delete: Duration
    merge: Duration
    found_by_gateway: bool = False
    operation_version: str | None = None

    @property
    def type(self) -> str:
        return f"{NAMESPACE}/{'/'.join(self.types)}"

    @property
    def collection(self) -> str:
        return self.path.rpartition("/")[0]


PROFILE = Kind(
    types=("profiles",),
    path=f"{PROFILES}/{{profile}}",
    shown_type="Microsoft.Cdn/profiles",
    body_name="Profile",
    create=Duration(30, 45, 63),
    update=Duration(31, 45, 63),
    delete=Duration(5, 20, 41),
    merge=Duration(4, 8, 11),
    found_by_gateway=True,
)
ENDPOINT = Kind(
    types=("profiles", "afdendpoints"),
    path=f"{PROFILES}/{{profile}}/afdEndpoints/{{endpoint}}",
    shown_type="Microsoft.Cdn/profiles/afdendpoints",
    body_name="AfdEndpoint",
    create=Duration(4, 9, 32),
    update=Duration(8, 31, 63),
    delete=Duration(4, 9, 62),
    merge=Duration(4, 9, 12),
    found_by_gateway=True,
)
ORIGIN_GROUP = Kind(
    types=("profiles", "origingroups"),
    path=f"{PROFILES}/{{profile}}/originGroups/{{group_of_origins}}",
    shown_type="Microsoft.Cdn/profiles/origingroups",
    body_name="OriginGroup",
    create=None,
    update=Duration(4, 9, 32),
    delete=Duration(4, 9, 32),
    merge=Duration(4, 9, 32),
)
ORIGIN = Kind(
    types=("profiles", "origingroups", "origins"),
    path=f"{PROFILES}/{{profile}}/originGroups/{{group_of_origins}}/origins/{{origin}}",
    shown_type="Microsoft.Cdn/profiles/origingroups/origins",
    body_name="Origin",
    create=Duration(4, 9, 63),
    update=Duration(8, 30, 63, 126),
    delete=Duration(4, 9, 63),
    merge=Duration(8, 30, 63, 126),
)
ROUTE = Kind(
    types=("profiles", "afdendpoints", "routes"),
    path=f"{PROFILES}/{{profile}}/afdEndpoints/{{endpoint}}/routes/{{route}}",
    shown_type="Microsoft.Cdn/profiles/afdendpoints/routes",
    body_name="Route",
    create=Duration(10, 48, 66, 126),
    update=Duration(5, 20, 63, 126),
    delete=Duration(5, 20, 63),
    merge=Duration(5, 20, 63, 126),
)
SECURITY_POLICY = Kind(
    types=("profiles", "securitypolicies"),
    path=f"{PROFILES}/{{profile}}/securityPolicies/{{policy}}",
    shown_type="Microsoft.Cdn/profiles/securitypolicies",
    body_name="SecurityPolicy",
    create=Duration(9, 15, 63),
    update=Duration(9, 11, 62),
    delete=Duration(8, 25, 63),
    merge=Duration(9, 11, 62),
    operation_version="2020-09-01",
)
CUSTOM_DOMAIN = Kind(
    types=("profiles", "customdomains"),
    path=f"{PROFILES}/{{profile}}/customDomains/{{domain}}",
    shown_type="Microsoft.Cdn/profiles/customdomains",
    body_name="AfdDomain",
    create=Duration(40, 120, 530),
    update=Duration(40, 60, 120),
    delete=Duration(61, 90, 136),
    merge=Duration(40, 60, 120),
)
"""How long changes take was not recorded."""

KINDS = (PROFILE, ENDPOINT, ORIGIN_GROUP, ORIGIN, ROUTE, SECURITY_POLICY, CUSTOM_DOMAIN)
