"""The network of a cluster: what AKS fills in depends on the plugin and on the way out."""

from typing import Any

Profile = dict[str, Any]

PODS = "10.244.0.0/16"
SERVICES = "10.0.0.0/16"
DNS = "10.0.0.10"
BACKEND_POOL = "nodeIPConfiguration"
OVERLAY: Profile = {"networkPlugin": "azure", "networkPluginMode": "overlay"}
"""What a cluster gets whose request names no plugin."""

_OUTBOUND_CHOICES = ("managedOutboundIPs", "outboundIPs", "outboundIPPrefixes")


def network_profile(requested: Profile) -> Profile:
    """A new cluster's network: the request on top of what AKS fills in."""
    given = {name: value for name, value in requested.items() if value not in (None, "")}
    plugin = given if given.get("networkPlugin") else {**OVERLAY, **given}
    outbound = given.get("outboundType", "loadBalancer")
    profile = {
        **_dataplane(plugin),
        "loadBalancerSku": "standard",
        **_pods(plugin),
        "serviceCidr": SERVICES,
        "dnsServiceIP": DNS,
        "outboundType": outbound,
        "serviceCidrs": [given.get("serviceCidr", SERVICES)],
        "ipFamilies": ["IPv4"],
        **plugin,
    }
    return {**profile, **_balancer(profile), **_gateway(profile)}


def changed_network(present: Profile, requested: Profile) -> Profile:
    """The network after a PUT on an existing cluster."""
    given = {name: value for name, value in requested.items() if value not in (None, "")}
    merged = {**present, **given}
    return {**merged, **_balancer(merged)}


def with_outbound_address(profile: Profile, address_id: str) -> Profile:
    """The network of a cluster that is there: it has an address for the way out."""
    for name in ("loadBalancerProfile", "natGatewayProfile"):
        balancer = profile.get(name)
        if balancer and "effectiveOutboundIPs" not in balancer:
            return {**profile, name: {**balancer, "effectiveOutboundIPs": [{"id": address_id}]}}
    return profile


def _dataplane(plugin: Profile) -> Profile:
    if plugin["networkPlugin"] != "azure":
        return {}
    dataplane = plugin.get("networkDataplane", "azure")
    return {
        "networkPolicy": "cilium" if dataplane == "cilium" else "none",
        "networkDataplane": dataplane,
    }


def _pods(plugin: Profile) -> Profile:
    """Only pods with addresses of their own range have one."""
    if plugin["networkPlugin"] != "kubenet" and plugin.get("networkPluginMode") != "overlay":
        return {}
    pods = plugin.get("podCidr", PODS)
    return {"podCidr": pods, "podCidrs": [pods]}


def _balancer(profile: Profile) -> Profile:
    if profile["loadBalancerSku"] == "basic":
        return {}
    balancer: Profile = dict(profile.get("loadBalancerProfile") or {})
    addressed = any(balancer.get(name) for name in _OUTBOUND_CHOICES)
    if profile["outboundType"] == "loadBalancer" and not addressed:
        balancer["managedOutboundIPs"] = {"count": 1}
    if managed := balancer.get("managedOutboundIPs"):
        balancer["managedOutboundIPs"] = {name: each for name, each in managed.items() if each}
    pool = str(balancer.get("backendPoolType") or BACKEND_POOL)
    balancer["backendPoolType"] = BACKEND_POOL if pool.lower() == BACKEND_POOL.lower() else pool
    return {"loadBalancerProfile": balancer}


def _gateway(profile: Profile) -> Profile:
    if profile["outboundType"] != "managedNATGateway":
        return {}
    requested: Profile = profile.get("natGatewayProfile") or {}
    return {
        "natGatewayProfile": {
            "managedOutboundIPProfile": {"count": 1},
            "idleTimeoutInMinutes": 4,
            **requested,
        }
    }
