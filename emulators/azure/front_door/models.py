"""Front Door's resources: what a request makes of them, and what the edge serves of them now."""

from collections.abc import Callable
from typing import Any

from emulators.azure.arm.errors import resource_not_found
from emulators.azure.arm.operations import Error, Operation, PlannedFailure, Work
from emulators.azure.arm.platform import Platform
from emulators.azure.arm.requests import ArmRequest
from emulators.azure.arm.resources import Resource
from emulators.azure.front_door import bodies, custom_domains, errors, rules
from emulators.azure.front_door.deployments import Deployments
from emulators.azure.front_door.edge_builder import build_endpoint
from emulators.azure.front_door.edge_view import EdgeEndpoint
from emulators.azure.front_door.kinds import (
    CUSTOM_DOMAIN,
    ENDPOINT,
    ORIGIN,
    PROFILE,
    ROUTE,
    Kind,
)
from emulators.azure.front_door.shapes import check_shape
from emulators.azure.latency import Duration
from emulators.azure.network.models import PrivateLinks
from emulators.azure.resource_groups.models import ResourceGroups


class FrontDoor:
    """All Front Door profiles of the subscription."""

    def __init__(
        self,
        platform: Platform,
        groups: ResourceGroups,
        private_links: PrivateLinks,
        authorities: bytes,
    ) -> None:
        """`authorities`: certificates of those that it trusts, in PEM."""
        self._authorities = authorities
        self._platform = platform
        self._private_links = private_links
        self._groups = groups
        self._rules = rules.Rules(platform.resources)
        self.deployments = Deployments(platform)

    def endpoint(self, host_name: str) -> EdgeEndpoint | None:
        """What the edge serves now under `host_name`, or None when no endpoint has that name.

        The view holds only what has propagated by now: a route appears in it some minutes after
        its operation ended, and a change replaces the older configuration as late.
        """
        for endpoint in self._platform.resources.of_type(ENDPOINT.type):
            if endpoint.properties["hostName"] == host_name.lower():
                return build_endpoint(
                    endpoint,
                    self._platform.resources,
                    self.deployments,
                    self._private_links,
                    self._authorities,
                )
        return None

    def find(self, kind: Kind, request: ArmRequest) -> Resource | None:
        return self._platform.resources.get(self._id(kind, request))

    def get(self, kind: Kind, request: ArmRequest) -> Resource:
        resource = self.find(kind, request)
        if resource is None:
            raise self._missing(kind, request)
        return resource

    def all(self, kind: Kind, request: ArmRequest) -> list[Resource]:
        """The resources of a kind in a group, or below a parent."""
        if kind is PROFILE:
            group = request.group.lower()
            profiles = self._platform.resources.of_type(kind.type)
            return [each for each in profiles if each.group == group]
        parent_id = self._id(kind, request).rpartition("/")[0].rpartition("/")[0]
        return self._platform.resources.children(parent_id, kind.type)

    def wire(self, kind: Kind, resource: Resource) -> dict[str, Any]:
        """The resource as a GET shows it."""
        return bodies.wire(kind, resource, self._platform.resources)

    def create(self, kind: Kind, request: ArmRequest) -> Resource:
        """Check a request for a new resource and lay it down."""
        resource_id = self._id(kind, request)
        name = resource_id.rpartition("/")[2]
        rules.check_name(kind, name)
        properties = self._checked(kind, request, resource_id, None)
        if kind is PROFILE:
            self._rules.check_room(self._platform.limits.front_door_profiles)
        if kind is ENDPOINT:
            self._rules.check_host_name(properties["hostName"])
        body: dict[str, Any] = {"properties": properties}
        if kind in (PROFILE, ENDPOINT):
            body |= {"location": bodies.LOCATION, "tags": request.body.get("tags")}
        if kind is PROFILE:
            body["sku"] = {"name": request.body["sku"]["name"]}
        resource = Resource(
            id=resource_id,
            type=kind.type,
            name=name,
            created_at=self._platform.clock.now(),
            state="Succeeded" if kind.create is None else "Creating",
            body=body,
        )
        resource.on_removed = lambda: self.deployments.forget(resource)
        self._platform.resources.add(resource)
        return resource

    def replace(self, kind: Kind, resource: Resource, request: ArmRequest) -> bool:
        """Check a PUT on a resource and store it; False when it changes nothing."""
        rules.check_changeable(resource)
        properties = self._checked(kind, request, resource.id, resource.properties)
        tags = request.body.get("tags") or {}
        if kind is ENDPOINT and properties == resource.properties and resource.state != "Failed":
            # Recorded: an endpoint whose tags alone change starts no operation.
            resource.body["tags"] = tags
            return False
        return self._store(kind, resource, properties, tags)

    def merge(self, kind: Kind, resource: Resource, request: ArmRequest) -> bool:
        """Check a PATCH on a resource and store it; False when it changes nothing."""
        rules.check_changeable(resource)
        check_shape(kind, request.body)
        self._check_parent(kind, request)
        properties = {**resource.properties, **bodies.writable(kind, request.properties)}
        rules.check_values(kind, properties)
        self._rules.check_put(kind, resource.id, properties)
        return self._store(kind, resource, properties, request.body.get("tags"))

    def begin_create(
        self, kind: Kind, resource: Resource, request: ArmRequest
    ) -> Operation | None:
        """Start what a create still has to do; an origin group has nothing left to do."""
        if kind.create is None:
            self.deployments.begin(resource)
            return None
        return self._begin_write(kind, resource, request, "create", kind.create)

    def begin_update(
        self, kind: Kind, resource: Resource, request: ArmRequest, duration: Duration
    ) -> Operation:
        return self._begin_write(kind, resource, request, "update", duration)

    def check_deletable(self, kind: Kind, resource: Resource) -> None:
        self._rules.check_delete(kind, resource)

    def begin_delete(self, kind: Kind, resource: Resource, request: ArmRequest) -> Operation:
        """A profile takes all that lies below it along."""

        def succeeded() -> None:
            self._platform.resources.remove(resource)

        return self._begin(kind, resource, request, "delete", kind.delete, succeeded)

    def _checked(
        self,
        kind: Kind,
        request: ArmRequest,
        resource_id: str,
        present: dict[str, Any] | None,
    ) -> dict[str, Any]:
        check_shape(kind, request.body)
        if kind is PROFILE:
            rules.check_profile(request.body)
        else:
            self._check_parent(kind, request)
        if kind is ENDPOINT:
            rules.check_endpoint(request.body)
        properties = bodies.requested_properties(kind, request.properties, present)
        if present is None:
            properties.update(self._generated(kind, request))
        rules.check_values(kind, properties)
        self._rules.check_put(kind, resource_id, properties)
        return properties

    def _generated(self, kind: Kind, request: ArmRequest) -> dict[str, Any]:
        """What Azure itself makes up for a new resource."""
        if kind is PROFILE:
            return {"frontDoorId": self._platform.identifiers.guid(), "extendedProperties": {}}
        if kind is ENDPOINT:
            name = request.params["endpoint"]
            return {"hostName": bodies.endpoint_host_name(name, self._platform.tenant_id)}
        if kind is CUSTOM_DOMAIN:
            return dict(custom_domains.GENERATED)
        if kind is ORIGIN:
            return {"originGroupName": request.params["group_of_origins"]}
        return {}

    def _check_parent(self, kind: Kind, request: ArmRequest) -> None:
        if kind is not PROFILE:
            self._rules.check_parent(self.get(PROFILE, request))

    def _store(
        self,
        kind: Kind,
        resource: Resource,
        properties: dict[str, Any],
        tags: dict[str, str] | None,
    ) -> bool:
        same_tags = tags is None or tags == (resource.body.get("tags") or {})
        unchanged = properties == resource.properties
        if unchanged and (same_tags or "tags" not in resource.body) and resource.state != "Failed":
            return False
        resource.body["properties"] = properties
        if tags is not None and "tags" in resource.body:
            resource.body["tags"] = tags
        if kind not in (PROFILE, ENDPOINT):
            resource.state = "Updating"
        return True

    def _begin_write(
        self, kind: Kind, resource: Resource, request: ArmRequest, verb: str, duration: Duration
    ) -> Operation:
        def succeeded() -> None:
            resource.state = "Succeeded"
            if kind is CUSTOM_DOMAIN:
                custom_domains.begin_validation(self._platform, resource)
            self.deployments.begin(resource)
            if kind in (ORIGIN, ROUTE):
                self._request_private_links(resource)

        def result() -> dict[str, Any]:
            return self.wire(kind, resource)

        failure = self._find_failure(kind, resource)
        return self._begin(kind, resource, request, verb, duration, succeeded, result, failure)

    def _find_failure(self, kind: Kind, resource: Resource) -> PlannedFailure | None:
        link = resource.properties["sharedPrivateLinkResource"] if kind is ORIGIN else None
        if link is None or not self._private_links.is_missing(link):
            return None
        return PlannedFailure(errors.private_endpoint_failed(link["privateLink"]["id"]))

    def _request_private_links(self, resource: Resource) -> None:
        """Reported: a profile asks for a connection once a route leads to the origin."""
        profile = self._platform.resources.get("/".join(resource.id.split("/")[:9]))
        if profile is None:
            return
        below = self._platform.resources.below(profile.id)
        routed = {
            each.properties["originGroup"]["id"].lower()
            for each in below
            if each.type == ROUTE.type
        }
        for each in below:
            link = (
                each.properties["sharedPrivateLinkResource"] if each.type == ORIGIN.type else None
            )
            if link is not None and each.key.rpartition("/origins/")[0] in routed:
                self._private_links.request(profile.properties["frontDoorId"], link)

    def _begin(
        self,
        kind: Kind,
        resource: Resource,
        request: ArmRequest,
        verb: str,
        duration: Duration,
        succeeded: Callable[[], None],
        result: Callable[[], dict[str, Any] | None] = lambda: None,
        failure: PlannedFailure | None = None,
    ) -> Operation:
        state = resource.state

        def end(effect: Callable[[], None]) -> None:
            # The resource may have gone, or begun to go, with its profile or its group.
            if self._platform.resources.holds(resource) and resource.state == state:
                effect()

        def failed(error: Error) -> None:
            resource.state = "Failed"

        return self._platform.operations.begin(
            Work(
                name=f"Front Door {verb} {kind.types[-1]} {resource.name}",
                request=f"{request.method} {request.path}",
                seconds=self._platform.latencies.sample(duration),
                on_succeeded=lambda: end(succeeded),
                on_failed=lambda error: end(lambda: failed(error)),
                result=result,
                failure=failure,
            )
        )

    def _id(self, kind: Kind, request: ArmRequest) -> str:
        """The id as Azure spells it, with the names as the caller wrote them."""
        group = self._groups.find(request.group)
        group_id = group.id if group else self._groups.id_of(request.group)
        placeholders = [part[1:-1] for part in kind.path.split("/") if part.startswith("{")][2:]
        names = [request.params.get(placeholder, "") for placeholder in placeholders]
        pairs = [f"{one}/{name}" for one, name in zip(kind.types, names, strict=True)]
        return f"{group_id}/providers/Microsoft.Cdn/{'/'.join(pairs)}"

    def _missing(self, kind: Kind, request: ArmRequest) -> Exception:
        if not kind.found_by_gateway:
            return errors.not_found()
        depth = 2 * len(kind.types)
        return resource_not_found("/".join(request.path.split("/")[: 7 + depth]))
