"""What each part of an edge needs: Azure refuses it before, and nothing else has to wait."""

from collections.abc import Mapping, Sequence

from domain.environment.steps import PlannedResource

_NEEDS: Mapping[str, tuple[str, ...]] = {
    "resourceGroup": (),
    "profile": ("resourceGroup",),
    "endpoint": ("profile",),
    "originGroup": ("profile",),
    "origin": ("originGroup",),
    "route": ("endpoint", "originGroup", "origin"),
    "wafPolicy": ("resourceGroup",),
    "securityPolicy": ("endpoint", "wafPolicy"),
}


def find_needs(resource: PlannedResource, edge: Sequence[PlannedResource]) -> tuple[str, ...]:
    """The steps of the edge that come before that of `resource`."""
    return tuple(each.step.name for each in edge if each.kind in _NEEDS[resource.kind])
