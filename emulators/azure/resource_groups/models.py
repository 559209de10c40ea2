"""Resource groups: how they are made, what lies in them, and how all of it goes."""

import base64
import json
import re
from typing import Any

from emulators.azure.arm.errors import (
    location_required,
    resource_group_being_deleted,
    resource_group_not_found,
    wrong_type,
)
from emulators.azure.arm.operations import Error, Operation, Work
from emulators.azure.arm.platform import Platform
from emulators.azure.arm.resources import Resource
from emulators.azure.arm.shapes import TAGS, mismatch
from emulators.azure.latency import Duration
from emulators.azure.network.blocking import find_blocker
from emulators.azure.regions import REGIONS, normalized_region
from emulators.azure.resource_groups import errors

GROUP_TYPE = "Microsoft.Resources/resourceGroups"
CLUSTER_TYPE = "Microsoft.ContainerService/managedClusters"

DELETE_EMPTY = Duration(10, 16, 31)
DELETE_WITH_RESOURCES = Duration(16, 61, 90)
DELETE_WITH_CLUSTER = Duration(243, 365, 555)

_INVALID_CHARACTER = re.compile(r"[^-\w.()]")


class ResourceGroups:
    """All resource groups of the subscription."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._resources = platform.resources
        self._deletions: dict[str, Operation] = {}

    def id_of(self, name: str) -> str:
        return f"/subscriptions/{self._platform.subscription_id}/resourceGroups/{name}"

    def find(self, name: str) -> Resource | None:
        return self._resources.get(self.id_of(name))

    def get(self, name: str) -> Resource:
        group = self.find(name)
        if group is None:
            raise resource_group_not_found(name)
        return group

    def all(self) -> list[Resource]:
        return self._resources.of_type(GROUP_TYPE)

    def contents(self, name: str) -> list[Resource]:
        """The tracked resources of a group, which are what ARM lists: those with a location.

        Among them are nested ones, such as Front Door's endpoints.
        """
        below = self._resources.below(self.id_of(name))
        return [each for each in below if "location" in each.body]

    def check_writable(self, name: str) -> Resource:
        group = self.get(name)
        if group.state == "Deleting":
            raise resource_group_being_deleted(group.name)
        return group

    def put(self, name: str, body: dict[str, Any]) -> tuple[Resource, bool]:
        """Create the group or replace its tags; True when it is new."""
        _check_name(name)
        _check_shape(body)
        present = self.find(name)
        if present is not None:
            self.check_writable(name)
        location = _checked_location(body, present)
        if present is None:
            present = self.create(name, location, managed_by=body.get("managedBy"))
            present.body["tags"] = body.get("tags")
            return present, True
        present.body["tags"] = body.get("tags")
        return present, False

    def create(self, name: str, location: str, managed_by: str | None = None) -> Resource:
        body = {"location": location, "managedBy": managed_by, "properties": {}}
        group = Resource(
            self.id_of(name), GROUP_TYPE, name, self._platform.clock.now(), "Succeeded", body
        )
        self._resources.add(group)
        return group

    def merge(self, name: str, body: dict[str, Any]) -> Resource:
        group = self.check_writable(name)
        _check_shape(body)
        if "tags" in body:
            group.body["tags"] = body["tags"]
        return group

    def begin_delete(self, name: str, request: str) -> str:
        """Begin the deletion, or join the one that runs; returns the name of its job."""
        group = self.get(name)
        job = _job_name(group)
        if group.state == "Deleting":
            return job
        seconds = self._platform.latencies.sample(self._delete_duration(name))
        for each in [group, *self._resources.below(group.id)]:
            each.state = "Deleting"

        def failed(error: Error) -> None:
            for each in [group, *self._resources.below(group.id)]:
                each.state = "Succeeded"

        work = Work(
            name=f"ARM delete resource group {group.name}",
            request=request,
            seconds=seconds,
            on_succeeded=lambda: self._resources.remove(group),
            on_failed=failed,
            failure=find_blocker(self._resources, group),
        )
        self._deletions[job] = self._platform.operations.begin(work)
        return job

    def deletion(self, job: str) -> Operation | None:
        return self._deletions.get(job)

    def _delete_duration(self, name: str) -> Duration:
        below = self._resources.below(self.id_of(name))
        if any(each.type == CLUSTER_TYPE for each in below):
            return DELETE_WITH_CLUSTER
        return DELETE_WITH_RESOURCES if below else DELETE_EMPTY


def _check_name(name: str) -> None:
    invalid = "".join(_INVALID_CHARACTER.findall(name)) or ("." if name.endswith(".") else "")
    if invalid or len(name) > 90:
        raise errors.invalid_name(name, invalid)


def _check_shape(body: dict[str, Any]) -> None:
    found = mismatch(body, {"location": str, "tags": TAGS, "managedBy": str})
    if found is not None:
        raise wrong_type(found)


def _checked_location(body: dict[str, Any], present: Resource | None) -> str:
    if "location" not in body:
        raise location_required()
    location = normalized_region(body["location"])
    if location not in REGIONS:
        raise errors.location_not_available(str(body["location"]), REGIONS)
    if present is not None and present.body["location"] != location:
        raise errors.location_changed(location, present.body["location"])
    return location


def _job_name(group: Resource) -> str:
    encoded = group.name.upper().replace("-", ":2D")
    location = group.body["location"]
    job = {
        "jobId": f"RESOURCEGROUPDELETIONJOB-{encoded}-{location.upper()}",
        "jobLocation": location,
    }
    text = json.dumps(job, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()
