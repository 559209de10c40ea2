"""Parts of a cluster's body: how AKS completes each of them, and what it never shows again."""

from collections.abc import Callable, Mapping
from typing import Any

from emulators.azure.aks import cluster_settings

Part = dict[str, Any]

LOG_AGENT = "omsagent"
"""Add-on of Container Insights."""

DRIVERS = ("diskCSIDriver", "fileCSIDriver", "snapshotController")
AUTOSCALER: Mapping[str, str] = {
    "balance-similar-node-groups": "false",
    "expander": "random",
    "max-empty-bulk-delete": "10",
    "max-graceful-termination-sec": "600",
    "max-node-provision-time": "15m",
    "max-total-unready-percentage": "45",
    "new-pod-scale-up-delay": "0s",
    "ok-total-unready-count": "3",
    "scale-down-delay-after-add": "10m",
    "scale-down-delay-after-delete": "10s",
    "scale-down-delay-after-failure": "3m",
    "scale-down-unneeded-time": "10m",
    "scale-down-unready-time": "20m",
    "scale-down-utilization-threshold": "0.5",
    "scan-interval": "10s",
    "skip-nodes-with-local-storage": "false",
    "skip-nodes-with-system-pods": "true",
}


def completed_parts(present: Part, requested: Part) -> Part:
    """The parts of `requested` on top of those that are there; None takes a part away."""
    return {
        name: complete(present.get(name) or {}, requested[name])
        for name, complete in _PARTS.items()
        if isinstance(requested.get(name), dict)
    }


def _merged(present: Part, requested: Part) -> Part:
    """What is left out of an object stays as it is."""
    return {**present, **_given(requested)}


def _storage(present: Part, requested: Part) -> Part:
    drivers = {name: {"enabled": True} for name in DRIVERS} | present
    for name, wanted in _given(requested).items():
        drivers[name] = {**drivers.get(name, {}), **_given(wanted)}
    return drivers


def _windows(present: Part, requested: Part) -> Part:
    profile = {"enableCSIProxy": True, **present, **_given(requested)}
    profile.pop("adminPassword", None)
    if gmsa := profile.get("gmsaProfile"):
        profile["gmsaProfile"] = {"dnsServer": "", "rootDomainName": "", **gmsa}
    return profile


def _principal(present: Part, requested: Part) -> Part:
    profile = {**present, **_given(requested)}
    profile.pop("secret", None)
    return profile


def _entra(present: Part, requested: Part) -> Part:
    nothing = {"adminGroupObjectIDs": None, "adminUsers": None}
    profile = {**nothing, **present, **_given(requested)}
    profile.pop("serverAppSecret", None)
    return profile


def _addons(present: Part, requested: Part) -> Part | None:
    """An add-on without settings has null for them. Its identity is AKS's, not the caller's."""
    addons = {
        name: _addon(present.get(name) or {}, addon)
        for name, addon in {**present, **_given(requested)}.items()
    }
    return addons or None


def _addon(present: Part, requested: Part) -> Part:
    given = {name: value for name, value in requested.items() if name != "identity"}
    identity = present.get("identity") if given.get("enabled") else None
    shown = {"identity": identity} if identity else {}
    return {**given, "config": given.get("config") or None, **shown}


def _autoscaler(present: Part, requested: Part) -> Part | None:
    given = _given(requested)
    return {**AUTOSCALER, **present, **given} if given else None


def _channels(present: Part, requested: Part) -> Part:
    return cluster_settings.upgrade_profile(requested)


def _access(present: Part, requested: Part) -> Part | None:
    return cluster_settings.access_profile(requested)


_PARTS: Mapping[str, Callable[[Part, Part], Part | None]] = {
    "addonProfiles": _addons,
    "aadProfile": _entra,
    "apiServerAccessProfile": _access,
    "autoScalerProfile": _autoscaler,
    "autoUpgradeProfile": _channels,
    "securityProfile": _merged,
    "servicePrincipalProfile": _principal,
    "storageProfile": _storage,
    "windowsProfile": _windows,
    "workloadAutoScalerProfile": _merged,
}


def _given(requested: Part) -> Part:
    return {name: value for name, value in requested.items() if value is not None}
