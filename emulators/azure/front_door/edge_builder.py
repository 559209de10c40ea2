"""Puts together what the edge serves for one endpoint out of what has propagated."""

from collections.abc import Callable
from functools import partial
from typing import Any

from emulators.azure.arm.resources import Resource, Resources
from emulators.azure.front_door.deployments import Deployments
from emulators.azure.front_door.edge_view import (
    EdgeEndpoint,
    EdgeOrigin,
    EdgeOriginGroup,
    EdgeProbe,
    EdgeRoute,
    EdgeWaf,
)
from emulators.azure.front_door.kinds import ORIGIN, ROUTE, SECURITY_POLICY
from emulators.azure.kubernetes.addresses import Frontend
from emulators.azure.network.models import PrivateLinks

Properties = dict[str, Any]


def build_endpoint(
    endpoint: Resource,
    resources: Resources,
    deployments: Deployments,
    private_links: PrivateLinks,
    authorities: bytes,
) -> EdgeEndpoint:
    """The endpoint with those routes, origins and rules that the edge knows by now."""
    deployed = deployments.properties(endpoint)
    profile_id = endpoint.id.rpartition("/")[0].rpartition("/")[0]
    profile = resources.get(profile_id)
    profile_body = profile.body if profile else {"properties": {}, "sku": {"name": ""}}
    front_door_id = profile_body["properties"].get("frontDoorId", "")
    find_frontend = partial(private_links.frontend_for, front_door_id)
    builder = _Builder(resources, deployments, find_frontend, authorities)
    return EdgeEndpoint(
        host_name=endpoint.properties["hostName"],
        front_door_id=front_door_id,
        sku=profile_body["sku"]["name"],
        known=deployed is not None,
        enabled=(deployed or {}).get("enabledState") == "Enabled",
        response_timeout_seconds=profile_body["properties"].get(
            "originResponseTimeoutSeconds", 30
        ),
        routes=builder.routes(endpoint),
        waf=builder.waf(endpoint, profile_id),
    )


class _Builder:
    def __init__(
        self,
        resources: Resources,
        deployments: Deployments,
        find_frontend: Callable[[Properties], Frontend | None],
        authorities: bytes,
    ) -> None:
        self._authorities = authorities
        self._find_frontend = find_frontend
        self._resources = resources
        self._deployments = deployments

    def routes(self, endpoint: Resource) -> tuple[EdgeRoute, ...]:
        found = []
        for route in self._resources.children(endpoint.id, ROUTE.type):
            properties = self._deployments.properties(route)
            if properties is None or properties["enabledState"] != "Enabled":
                continue
            if properties["linkToDefaultDomain"] != "Enabled":
                continue
            group = self._origin_group(properties["originGroup"]["id"])
            if group is not None:
                found.append(_route(route.name, properties, group))
        return tuple(found)

    def waf(self, endpoint: Resource, profile_id: str) -> EdgeWaf | None:
        for policy in self._resources.children(profile_id, SECURITY_POLICY.type):
            parameters = (self._deployments.properties(policy) or {}).get("parameters") or {}
            for association in parameters.get("associations") or []:
                domains = [str(each["id"]).lower() for each in association.get("domains") or []]
                if endpoint.key in domains:
                    patterns = tuple(association.get("patternsToMatch") or ("/*",))
                    return self._waf_policy(parameters["wafPolicy"]["id"], patterns)
        return None

    def _origin_group(self, group_id: str) -> EdgeOriginGroup | None:
        group = self._resources.get(group_id)
        properties = self._deployments.properties(group) if group else None
        if group is None or properties is None:
            return None
        origins = []
        for origin in self._resources.children(group.id, ORIGIN.type):
            deployed = self._deployments.properties(origin)
            if deployed is not None and deployed["enabledState"] == "Enabled":
                origins.append(self._origin(origin.name, deployed))
        return EdgeOriginGroup(group.name, tuple(origins), _probe(properties))

    def _origin(self, name: str, properties: Properties) -> EdgeOrigin:
        link = properties["sharedPrivateLinkResource"]
        return EdgeOrigin(
            name=name,
            host_name=properties["hostName"],
            origin_host_header=properties["originHostHeader"],
            http_port=properties["httpPort"],
            https_port=properties["httpsPort"],
            priority=properties["priority"] or 1,
            weight=properties["weight"] or 1000,
            is_private=link is not None,
            private_frontend=self._find_frontend(link) if link is not None else None,
            checks_name=properties["enforceCertificateNameCheck"] is not False,
            authorities=self._authorities,
        )

    def _waf_policy(self, policy_id: str, patterns: tuple[str, ...]) -> EdgeWaf | None:
        policy = self._resources.get(policy_id)
        properties = self._deployments.properties(policy) if policy else None
        if policy is None or properties is None:
            return None
        settings = properties["policySettings"]
        return EdgeWaf(
            policy_name=policy.name,
            enabled=settings["enabledState"] == "Enabled",
            mode=settings["mode"],
            patterns=patterns,
            custom_rules=tuple(properties["customRules"]["rules"]),
            managed_rule_sets=tuple(properties["managedRules"]["managedRuleSets"]),
            checks_body=settings["requestBodyCheck"] == "Enabled",
            block_status=settings["customBlockResponseStatusCode"] or 403,
            block_body=settings["customBlockResponseBody"],
        )


def _route(name: str, properties: Properties, group: EdgeOriginGroup) -> EdgeRoute:
    return EdgeRoute(
        name=name,
        patterns=tuple(properties["patternsToMatch"]),
        supported_protocols=tuple(properties["supportedProtocols"]),
        https_redirect=properties["httpsRedirect"] == "Enabled",
        forwarding_protocol=properties["forwardingProtocol"],
        origin_path=properties["originPath"],
        origin_group=group,
    )


def _probe(properties: Properties) -> EdgeProbe | None:
    settings = properties["healthProbeSettings"]
    if not settings or settings.get("probeProtocol") == "NotSet":
        return None
    balancing = properties["loadBalancingSettings"] or {}
    return EdgeProbe(
        path=settings.get("probePath") or "/",
        method=settings.get("probeRequestType") or "HEAD",
        protocol=settings.get("probeProtocol") or "Http",
        interval_seconds=settings.get("probeIntervalInSeconds") or 240,
        sample_size=balancing.get("sampleSize") or 4,
        successful_samples_required=balancing.get("successfulSamplesRequired") or 3,
    )
