"""Finds the Private Link service that keeps a resource group from being deleted."""

from emulators.azure.arm.operations import PlannedFailure
from emulators.azure.arm.resources import Resource, Resources
from emulators.azure.network import errors
from emulators.azure.network.kinds import CONNECTION_TYPE, SERVICE_TYPE

_GROUP_TYPE = "Microsoft.Resources/resourceGroups"


def find_blocker(resources: Resources, owner: Resource) -> PlannedFailure | None:
    """For a cluster, or a group with all clusters in it: their groups of nodes go with them.

    Only what has no connections goes.
    """
    prefix = f"{owner.key}/"
    groups = [
        each
        for each in resources.of_type(_GROUP_TYPE)
        if each is owner or f"{each.body.get('managedBy') or ''}/".lower().startswith(prefix)
    ]
    for group in groups:
        for service in resources.below(group.id):
            connections = resources.children(service.id, CONNECTION_TYPE)
            if service.type == SERVICE_TYPE and connections:
                return PlannedFailure(errors.deletion_blocked(service.id, len(connections)))
    return None
