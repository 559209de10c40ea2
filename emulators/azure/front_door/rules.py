"""What Front Door refuses: names, values, the order of creation, and what is still in use."""

import re
from typing import Any

from emulators.azure.arm.errors import location_required
from emulators.azure.arm.resources import Resource, Resources
from emulators.azure.front_door import errors
from emulators.azure.front_door.kinds import (
    CUSTOM_DOMAIN,
    ENDPOINT,
    ORIGIN,
    ORIGIN_GROUP,
    PROFILE,
    ROUTE,
    SECURITY_POLICY,
    Kind,
)
from emulators.azure.regions import REGIONS, normalized_region
from emulators.azure.waf.models import WAF_TYPE

PROFILE_SKUS = ("Standard_AzureFrontDoor", "Premium_AzureFrontDoor")
ENABLED_STATES = ("Enabled", "Disabled")

_NAME = re.compile(r"[\da-zA-Z]([-\da-zA-Z]*[\da-zA-Z])?")
_NAME_LENGTHS = {ENDPOINT.type: (2, 46), PROFILE.type: (1, 260)}

_CHOICES: dict[str, dict[str, tuple[str, ...]]] = {
    ENDPOINT.type: {"enabledState": ENABLED_STATES},
    ORIGIN_GROUP.type: {"sessionAffinityState": ENABLED_STATES},
    ORIGIN.type: {"enabledState": ENABLED_STATES},
    ROUTE.type: {
        "enabledState": ENABLED_STATES,
        "forwardingProtocol": ("HttpOnly", "HttpsOnly", "MatchRequest"),
        "linkToDefaultDomain": ENABLED_STATES,
        "httpsRedirect": ENABLED_STATES,
    },
}
_PROBE_CHOICES = {
    "probeRequestType": ("NotSet", "GET", "HEAD"),
    "probeProtocol": ("NotSet", "Http", "Https"),
}
_TLS_CHOICES = {
    "certificateType": (
        "CustomerCertificate",
        "ManagedCertificate",
        "AzureFirstPartyManagedCertificate",
    ),
    "minimumTlsVersion": ("TLS10", "TLS12", "TLS13"),
}
_RANGES: dict[str, dict[str, tuple[int, int]]] = {
    PROFILE.type: {"originResponseTimeoutSeconds": (16, 240)},
    ORIGIN.type: {
        "httpPort": (1, 65535),
        "httpsPort": (1, 65535),
        "priority": (1, 5),
        "weight": (1, 1000),
    },
    ORIGIN_GROUP.type: {"trafficRestorationTimeToHealedOrNewEndpointsInMinutes": (0, 50)},
}
PRIVATE_LINK_REGIONS = frozenset(REGIONS) - {
    "italynorth",
    "northcentralus",
    "polandcentral",
    "spaincentral",
    "switzerlandnorth",
    "westus",
}
_HOST_NAME = re.compile(r"[a-zA-Z0-9]([-.a-zA-Z0-9]*[a-zA-Z0-9])?")


def check_name(kind: Kind, name: str) -> None:
    low, high = _NAME_LENGTHS.get(kind.type, (1 if kind is ORIGIN else 2, 90))
    if not _NAME.fullmatch(name) or not low <= len(name) <= high:
        raise errors.invalid_name(kind.type, name)


def check_profile(body: dict[str, Any]) -> None:
    _check_location(PROFILE, body)
    sku = (body.get("sku") or {}).get("name")
    if sku not in PROFILE_SKUS:
        raise errors.not_acceptable("Profile.Sku.Name", sku, PROFILE_SKUS)


def check_changeable(resource: Resource) -> None:
    if resource.state == "Deleting":
        raise errors.being_deleted(resource.name)


def check_endpoint(body: dict[str, Any]) -> None:
    _check_location(ENDPOINT, body)


def check_values(kind: Kind, properties: dict[str, Any]) -> None:
    """Check what can be checked without a look at other resources."""
    for name, choices in _CHOICES.get(kind.type, {}).items():
        _check_choice(f"{kind.body_name}.{_pascal(name)}", properties.get(name), choices)
    for name, limits in _RANGES.get(kind.type, {}).items():
        _check_range(f"{kind.body_name}.{_pascal(name)}", properties.get(name), limits)
    if kind is ORIGIN_GROUP:
        _check_probe(properties.get("healthProbeSettings") or {})
    if kind is ORIGIN:
        _check_host_name("Origin.HostName", properties)
    if kind is CUSTOM_DOMAIN:
        _check_host_name("AfdDomain.HostName", properties)
        _check_tls(properties.get("tlsSettings") or {})


class Rules:
    """The rules that need the other resources."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources

    def check_room(self, allowed: int) -> None:
        """Refuse a new profile when there are as many as `allowed`."""
        if len(self._resources.of_type(PROFILE.type)) >= allowed:
            raise errors.too_many_profiles()

    def check_host_name(self, host_name: str) -> None:
        """Refuse a new endpoint with a host name that another profile's endpoint has."""
        endpoints = self._resources.of_type(ENDPOINT.type)
        if any(each.properties["hostName"] == host_name for each in endpoints):
            raise errors.host_name_taken()

    def check_parent(self, profile: Resource) -> None:
        if profile.state in ("Creating", "Deleting"):
            raise errors.profile_not_ready(profile.name)

    def check_put(self, kind: Kind, resource_id: str, properties: dict[str, Any]) -> None:
        if kind is ORIGIN:
            self._check_origin(resource_id, properties)
        if kind is CUSTOM_DOMAIN:
            self._check_domain(resource_id, properties)
        if kind is ROUTE:
            self._check_route(resource_id, properties)
        if kind is SECURITY_POLICY:
            self._check_security_policy(resource_id, properties)

    def check_delete(self, kind: Kind, resource: Resource) -> None:
        if kind is ORIGIN:
            self._check_not_last(resource.id)
        if kind is ORIGIN_GROUP and self._routes_to(resource.key):
            raise errors.group_in_use()
        if kind in (ENDPOINT, CUSTOM_DOMAIN):
            for policy in self._security_policies(resource.id):
                if resource.key in associated_domains(policy.properties):
                    raise errors.endpoint_in_security_policy(policy.name)

    def _check_origin(self, resource_id: str, properties: dict[str, Any]) -> None:
        group_id = _parent(resource_id)
        others = [
            each
            for each in self._resources.children(group_id, ORIGIN.type)
            if each.key != resource_id.lower()
        ]
        if any(each.properties["hostName"] == properties["hostName"] for each in others):
            raise errors.bad_request(
                f"Origin host name '{properties['hostName']}' is already used by another origin "
                "of the origin group."
            )
        if properties["enabledState"] == "Disabled":
            self._check_not_last(resource_id)
        if properties["sharedPrivateLinkResource"] is not None:
            self._check_private_link(resource_id, properties)
        is_private = properties["sharedPrivateLinkResource"] is not None
        if any(
            (each.properties["sharedPrivateLinkResource"] is not None) != is_private
            for each in others
        ):
            raise errors.origins_mixed()

    def _check_private_link(self, origin_id: str, properties: dict[str, Any]) -> None:
        profile = self._resources.get(_parent(_parent(origin_id)))
        premium = profile is not None and profile.body["sku"]["name"] == PROFILE_SKUS[1]
        if not premium:
            raise errors.private_link_needs_premium()
        if not properties["enforceCertificateNameCheck"]:
            raise errors.private_link_needs_name_check()
        location = properties["sharedPrivateLinkResource"].get("privateLinkLocation")
        if normalized_region(location) not in PRIVATE_LINK_REGIONS:
            raise errors.private_link_location(str(location))

    def _check_domain(self, resource_id: str, properties: dict[str, Any]) -> None:
        present = self._resources.get(resource_id)
        if present is not None and present.properties["hostName"] != properties["hostName"]:
            raise errors.host_name_fixed()

    def _check_not_last(self, origin_id: str) -> None:
        origin = self._resources.get(origin_id)
        group_id = _parent(origin_id)
        if origin is None or not self._routes_to(group_id.lower()):
            return
        enabled = [each for each in self._enabled_origins(group_id) if each is not origin]
        if not enabled:
            raise errors.last_origin()

    def _check_route(self, resource_id: str, properties: dict[str, Any]) -> None:
        group_id = str((properties.get("originGroup") or {}).get("id") or "")
        group = self._resources.get(group_id)
        profile_id = _parent(_parent(resource_id))
        if group is None or _parent(group.id).lower() != profile_id.lower():
            raise errors.route_too_early()
        if not any(each.state != "Creating" for each in self._enabled_origins(group.id)):
            raise errors.route_too_early()
        protocols = properties.get("supportedProtocols") or []
        if properties["httpsRedirect"] == "Enabled" and set(protocols) != {"Http", "Https"}:
            raise errors.bad_request(
                "HttpsRedirect can be enabled only when Http and Https are both supported."
            )

    def _check_security_policy(self, resource_id: str, properties: dict[str, Any]) -> None:
        parameters = properties.get("parameters") or {}
        waf = self._resources.get(str((parameters.get("wafPolicy") or {}).get("id")))
        if waf is None or waf.type != WAF_TYPE:
            raise errors.no_waf_policy()
        profile = self._resources.get(_parent(resource_id))
        if profile is not None and waf.body["sku"]["name"] != profile.body["sku"]["name"]:
            raise errors.waf_sku_differs(waf.body["sku"]["name"], profile.body["sku"]["name"])
        for domain_id in associated_domains(properties):
            endpoint = self._resources.get(domain_id)
            outside = _parent(domain_id) != _parent(resource_id).lower()
            if endpoint is None or outside or endpoint.state != "Succeeded":
                raise errors.endpoint_not_ready(domain_id.rpartition("/")[2])

    def _routes_to(self, group_key: str) -> list[Resource]:
        profile_id = _parent(group_key)
        return [
            each
            for each in self._resources.below(profile_id)
            if each.type == ROUTE.type
            and each.properties["originGroup"]["id"].lower() == group_key
        ]

    def _enabled_origins(self, group_id: str) -> list[Resource]:
        return [
            each
            for each in self._resources.children(group_id, ORIGIN.type)
            if each.properties["enabledState"] == "Enabled" and each.state != "Deleting"
        ]

    def _security_policies(self, endpoint_id: str) -> list[Resource]:
        return self._resources.children(_parent(endpoint_id), SECURITY_POLICY.type)


def associated_domains(properties: dict[str, Any]) -> list[str]:
    """The ids, in lower case, of all endpoints and domains that a security policy guards."""
    associations = (properties.get("parameters") or {}).get("associations") or []
    return [
        str(domain.get("id")).lower()
        for association in associations
        for domain in association.get("domains") or []
    ]


def _parent(resource_id: str) -> str:
    return resource_id.rpartition("/")[0].rpartition("/")[0]


def _check_location(kind: Kind, body: dict[str, Any]) -> None:
    """Profiles of the classic CDN have regions, those of Front Door are everywhere."""
    location = body.get("location")
    if not location:
        raise location_required()
    if normalized_region(location) != "global":
        raise errors.not_acceptable(f"{kind.body_name}.Location", location, ["Global"])


def _check_probe(settings: dict[str, Any]) -> None:
    for name, choices in _PROBE_CHOICES.items():
        _check_choice(
            f"OriginGroup.HealthProbeSettings.{_pascal(name)}", settings.get(name), choices
        )
    interval = settings.get("probeIntervalInSeconds")
    _check_range("OriginGroup.HealthProbeSettings.ProbeIntervalInSeconds", interval, (1, 255))


def _check_host_name(name: str, properties: dict[str, Any]) -> None:
    host_name = properties.get("hostName")
    if not isinstance(host_name, str) or not _HOST_NAME.fullmatch(host_name):
        raise errors.bad_request(
            f"Property '{name}' cannot be set to '{host_name or ''}'. "
            "Acceptable values are: a valid IPv4 address, IPv6 address, or domain name"
        )


def _check_tls(settings: dict[str, Any]) -> None:
    for name, choices in _TLS_CHOICES.items():
        _check_choice(f"AfdDomain.TlsSettings.{_pascal(name)}", settings.get(name), choices)


def _check_choice(name: str, value: object, choices: tuple[str, ...]) -> None:
    if value is not None and value not in choices:
        raise errors.not_acceptable(name, value, choices)


def _check_range(name: str, value: object, limits: tuple[int, int]) -> None:
    low, high = limits
    if value is None:
        return
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise errors.not_acceptable(name, value, [f"{low} - {high}"])


def _pascal(name: str) -> str:
    return name[:1].upper() + name[1:]
