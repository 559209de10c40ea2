"""What holds of cells that may have moved: each is where the API says, and made of its offer."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from domain.environment.phases import UNSUCCESSFUL
from tests.chaos.snapshot import GpuNode, Snapshot

CELL_GROUP = re.compile(r"/resourcegroups/gp-([a-z0-9]+)-(?!edge\b)([a-z]+)", re.IGNORECASE)


def cells_are_where_the_api_says(snapshot: Snapshot) -> Iterator[tuple[str | None, str]]:
    """No resource of a cell is in a region that the environment does not name as its own.

    What did not succeed may have left some elsewhere, but lists them or warns that it cannot.
    """
    for name, view in snapshot.environments.items():
        named = {cell["region"] for cell in view["cells"]}
        if view["phase"] in UNSUCCESSFUL:
            if snapshot.says_remaining_is_unknown(name):
                continue
            named |= _regions(name, view.get("remainingResources", ()))
        for region in sorted(_regions(name, snapshot.resources) - named):
            yield name, f"{view['phase']} with resources in {region}; its cells: {sorted(named)}"


def gpu_nodes_are_of_the_offer(snapshot: Snapshot) -> Iterator[tuple[str | None, str]]:
    """Size and zone of each node are those of the offer that the API shows for its cell."""
    for node in snapshot.gpu_nodes:
        view = snapshot.environments.get(node.environment, {"cells": ()})
        for cell in view["cells"]:
            if cell["region"] == node.region and not _is_of(node, cell["offer"]):
                found = f"{node.vm_size} in zone {node.zone}"
                yield node.environment, f"{node.name} is {found}; its cell: {cell['offer']}"


def _is_of(node: GpuNode, offer: Mapping[str, Any]) -> bool:
    zones = [f"{node.region}-{zone}" for zone in offer["zones"]]
    return node.vm_size == offer["vmSize"] and (not zones or node.zone in zones)


def _regions(name: str, ids: Iterable[str]) -> set[str]:
    found = (CELL_GROUP.search(each) for each in ids)
    return {each[2].lower() for each in found if each and each[1] == name}
