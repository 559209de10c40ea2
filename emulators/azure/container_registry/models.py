"""Container registries: which there are, what is in them, and who may pull."""

from collections.abc import Iterable
from typing import Any

from emulators.azure.arm.errors import location_required, wrong_type
from emulators.azure.arm.platform import Platform
from emulators.azure.arm.requests import ArmRequest
from emulators.azure.arm.resources import Resource
from emulators.azure.arm.shapes import TAGS, Shape, mismatch
from emulators.azure.authorization.models import RoleAssignments
from emulators.azure.container_registry.contents import Repository
from emulators.azure.container_registry.images import parse_image, pull_refusal
from emulators.azure.container_registry.private_hosts import Logins, PrivateHosts
from emulators.azure.regions import normalized_region
from emulators.azure.resource_groups.models import ResourceGroups

REGISTRY_TYPE = "Microsoft.ContainerRegistry/registries"
SUFFIX = ".azurecr.io"

ACR_PULL = "7f951dda-4ed3-4680-a7ca-43fe172d538d"
PULLING_ROLES = (
    ACR_PULL,
    "8311e382-0749-4cb8-b61a-304f252e45ec",
    "b24988ac-6180-42a0-ab88-20f7382dd24c",
    "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
)
"""With AcrPush, Contributor and Owner."""

SHAPE: Shape = {
    "location": str,
    "tags": TAGS,
    "sku": {"name": str},
    "properties": {"adminUserEnabled": bool},
}


class Registries:
    """All registries of the subscription, by the names of their hosts."""

    def __init__(
        self, platform: Platform, groups: ResourceGroups, assignments: RoleAssignments
    ) -> None:
        self._platform = platform
        self._groups = groups
        self._assignments = assignments
        self._contents: dict[str, dict[str, Repository]] = {}
        self.private_hosts = PrivateHosts()

    def find(self, host: str) -> Resource | None:
        found = (each for each in self._all() if login_server(each.name) == host.lower())
        return next(found, None)

    def put(self, group: str, name: str, body: dict[str, Any]) -> Resource:
        found = mismatch(body, SHAPE)
        if found is not None:
            raise wrong_type(found)
        if "location" not in body:
            raise location_required()
        registry = self.get(group, name)
        if registry is None:
            registry = self._add(group, name, body)
        registry.body["tags"] = body.get("tags") or {}
        return registry

    def provide(self, group: str, name: str, location: str, pullers: Iterable[str]) -> Resource:
        """A registry as somebody has set it up long ago."""
        if self._groups.find(group) is None:
            self._groups.create(group, location)
        registry = self.put(group, name, {"location": location})
        for principal in pullers:
            self._assignments.grant(registry.id, ACR_PULL, principal)
        return registry

    def get(self, group: str, name: str) -> Resource | None:
        return self._platform.resources.get(self._id(group, name))

    def of(self, request: ArmRequest) -> Resource | None:
        return self.get(request.group, request.params["registry"])

    def remove(self, registry: Resource) -> None:
        self._platform.resources.remove(registry)

    def repository(self, host: str, name: str) -> Repository | None:
        return self._contents.get(host.lower(), {}).get(name)

    def configuration(self, digest: str) -> str | None:
        """Wherever it is: registries keep blobs by their digest, in one storage."""
        found = (
            repository.configurations.get(digest)
            for repositories in self._contents.values()
            for repository in repositories.values()
        )
        return next((each for each in found if each is not None), None)

    def push_to(self, host: str, name: str) -> Repository:
        """The repository, which is made by the first push."""
        return self._contents[host.lower()].setdefault(name, Repository())

    def may_pull(self, principal: str, registry: Resource) -> bool:
        return any(
            self._assignments.has_role(principal, role, registry.id) for role in PULLING_ROLES
        )

    def refuse_pull(
        self, image: str, principal: str | None, logins: Logins | None = None
    ) -> str | None:
        """What a node writes whose identity may not pull, or for what does not exist; None: the
        pull succeeds. Images of hosts that are no registry here all exist. `logins`: of the pod,
        which registries in Azure do not look at here."""
        parts = parse_image(image)
        registry = self.find(parts.host)
        if registry is None:
            return self.private_hosts.refuse_pull(image, logins or {})
        may_pull = principal is not None and self.may_pull(principal, registry)
        repository = self.repository(parts.host, parts.repository)
        exists = repository is not None and repository.find(parts.reference) is not None
        return pull_refusal(image, parts, may_pull=may_pull, exists=exists)

    def _all(self) -> list[Resource]:
        return self._platform.resources.of_type(REGISTRY_TYPE)

    def _id(self, group: str, name: str) -> str:
        return f"{self._groups.id_of(group)}/providers/{REGISTRY_TYPE}/{name}"

    def _add(self, group: str, name: str, body: dict[str, Any]) -> Resource:
        host = login_server(name)
        registry = Resource(
            id=self._id(self._groups.check_writable(group).name, name),
            type=REGISTRY_TYPE,
            name=name,
            created_at=self._platform.clock.now(),
            state="Succeeded",
            body={
                "location": normalized_region(body["location"]),
                "sku": {"name": (body.get("sku") or {}).get("name") or "Basic"},
                "properties": body.get("properties") or {},
            },
            on_removed=lambda: _forget(self._contents, host),
        )
        self._contents[host] = {}
        self._platform.resources.add(registry)
        return registry


def login_server(name: str) -> str:
    return f"{name.lower()}{SUFFIX}"


def _forget(contents: dict[str, dict[str, Repository]], host: str) -> None:
    contents.pop(host, None)
