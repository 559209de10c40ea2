"""One request for a resource, with what every verb needs to answer it."""

import json
from dataclasses import dataclass

from aiohttp import web

from emulators.azure.kubernetes import bodies, errors, patching, presentation, requests
from emulators.azure.kubernetes.admission import Writing
from emulators.azure.kubernetes.cluster import Cluster
from emulators.azure.kubernetes.deletion import POLICIES, Deletion
from emulators.azure.kubernetes.kinds import Kind, Object
from emulators.azure.kubernetes.patching import Edit
from emulators.azure.kubernetes.requests import Target


@dataclass(frozen=True, slots=True)
class Call:
    """Where it goes and who asks."""

    cluster: Cluster
    request: web.Request
    target: Target

    @property
    def kind(self) -> Kind:
        return self.target.kind

    @property
    def key(self) -> tuple[Kind, str, str]:
        return self.target.kind, self.target.namespace, self.target.name

    @property
    def now(self) -> str:
        return self.cluster.registry.now()

    def live(self) -> Object:
        """The object that the path names, or the 404."""
        return self.cluster.store.read(*self.key)

    def respond(
        self, subject: Object, status: int = 200, writing: Writing | None = None
    ) -> web.Response:
        response = presentation.one(self.request, self.kind, subject, self.now, status)
        for warning in writing.warnings if writing else ():
            response.headers.add("Warning", f"299 - {json.dumps(warning)}")
        return response

    def writing(self, operation: str = "Update") -> Writing:
        return requests.read_writing(self.request, operation, self.target.subresource)

    async def patch_edit(self, kind: Kind) -> Edit:
        """What the patch in the body makes of an object of a kind."""
        content_type = self.request.content_type
        if content_type not in bodies.PATCHES:
            message = "415: Unsupported Media Type"
            raise errors.ApiError(415, "UnsupportedMediaType", message, {})
        body = await bodies.read_patch(self.request)
        strict = self.request.query.get("fieldValidation") == "Strict"
        return patching.edit_of(kind, content_type, body, strict)

    async def deletion(self) -> Deletion:
        return self.deletion_from(await bodies.read_options(self.request))

    def deletion_from(self, options: Object) -> Deletion:
        """DeleteOptions, from a body first and then from the query."""
        query = self.request.query
        grace = options.get("gracePeriodSeconds", query.get("gracePeriodSeconds"))
        policy = options.get("propagationPolicy") or query.get("propagationPolicy")
        if policy and policy not in POLICIES:
            wrong = errors.not_supported("propagationPolicy", policy, (*POLICIES, "nil"))
            raise errors.invalid_options("DeleteOptions", wrong)
        preconditions = options.get("preconditions") or {}
        return Deletion(
            policy or "Background",
            None if grace is None else int(grace),
            preconditions.get("uid"),
            preconditions.get("resourceVersion"),
            self.writing().dry_run or "All" in (options.get("dryRun") or []),
        )
