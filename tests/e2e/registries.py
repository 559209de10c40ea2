"""Container registries of simulated Azure, as a platform team sets them up."""

from collections.abc import Sequence
from typing import Any

from emulators.stack.api import SimulatedAzure
from emulators.stack.stack import Stack

AMD64 = ("linux/amd64",)


def set_up_registry(azure: SimulatedAzure, stack: Stack, name: str) -> str:
    """The ARM id of a registry whose images the app may look up."""
    app = stack.simulator["managedIdentity"]["principalId"]
    body = {"name": name, "group": "shared", "pullers": [app]}
    return azure.put("/_simulator/registries", json=body).raise_for_status().json()["id"]


def push(
    azure: SimulatedAzure, image: str, content: str = "", platforms: Sequence[str] = AMD64
) -> str:
    """The digest of what was pushed under the tag."""
    path, _, tag = image.rpartition(":")
    host, _, repository = path.partition("/")
    pushed = {"host": host, "repository": repository, "tag": tag}
    body = {**pushed, "content": content, "platforms": list(platforms)}
    return azure.post("/_simulator/images", json=body).raise_for_status().json()["digest"]


def workload_of(image: str, registry: str, name: str) -> dict[str, Any]:
    return {"image": image, "registry": registry, "model": {"name": name, "version": "7"}}
