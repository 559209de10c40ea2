"""The verbs on resources: what each HTTP method does to a collection or to one object."""

import json
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from simulator.kubernetes import errors, listing, patches, presentation, requests, watches
from simulator.kubernetes.admission import Writing
from simulator.kubernetes.cluster import Cluster
from simulator.kubernetes.deletion import POLICIES, Deletion
from simulator.kubernetes.kinds import NAMESPACE, POD, Kind, Object
from simulator.kubernetes.requests import Target
from simulator.kubernetes.schema import shape_of

Handler = Callable[[], Awaitable[web.StreamResponse]]


class Resources:
    """One request for a resource."""

    def __init__(self, cluster: Cluster, request: web.Request, target: Target) -> None:
        self._cluster = cluster
        self._registry = cluster.registry
        self._store = cluster.store
        self._request = request
        self._query = request.query
        self._target = target

    async def answer(self) -> web.StreamResponse:
        handler = self._handlers().get(self._request.method)
        if handler is None:
            raise errors.method_not_allowed()
        return await handler()

    def _handlers(self) -> Mapping[str, Handler]:
        if not self._target.name:
            if self._target.all_namespaces:
                return {"GET": self._list}
            return {"GET": self._list, "POST": self._create, "DELETE": self._delete_collection}
        present: dict[str, Mapping[str, Handler]] = {
            "": {
                "GET": self._get,
                "PUT": self._update,
                "PATCH": self._patch,
                "DELETE": self._delete,
            },
            "status": {"GET": self._get, "PUT": self._update, "PATCH": self._patch},
            "finalize": {"PUT": self._finalize},
            "scale": {"GET": self._get_scale, "PUT": self._put_scale, "PATCH": self._patch_scale},
            "log": {"GET": self._log},
            "eviction": {"POST": self._evict},
        }
        return present[self._target.subresource]

    @property
    def _kind(self) -> Kind:
        return self._target.kind

    @property
    def _key(self) -> tuple[Kind, str, str]:
        return self._target.kind, self._target.namespace, self._target.name

    def _respond(
        self, subject: Object, status: int = 200, writing: Writing | None = None
    ) -> web.Response:
        response = presentation.one(
            self._request, self._kind, subject, self._registry.now(), status
        )
        for warning in writing.warnings if writing else ():
            response.headers.add("Warning", f"299 - {json.dumps(warning)}")
        return response

    def _writing(self, operation: str = "Update") -> Writing:
        return requests.read_writing(self._request, operation, self._target.subresource)

    async def _get(self) -> web.StreamResponse:
        return self._respond(self._store.read(*self._key))

    async def _list(self) -> web.StreamResponse:
        selection = listing.Selection.read(self._kind, self._target.namespace, self._query)
        watch = requests.flag(self._query, "watch")
        listing.check_version(self._query, watch)
        if watch:
            return await watches.stream(self._cluster, self._request, selection)
        return presentation.many(
            self._request,
            self._kind,
            listing.page(self._store, selection, self._query),
            self._registry.now(),
        )

    async def _create(self) -> web.StreamResponse:
        writing = self._writing()
        body = await requests.read_object(self._request, self._kind)
        self._check_namespace(body)
        created = self._registry.create(self._kind, self._target.namespace, body, writing)
        return self._respond(created, 201, writing)

    async def _update(self) -> web.StreamResponse:
        writing = self._writing()
        body = await requests.read_object(self._request, self._kind)
        self._check_name(body)
        self._check_namespace(body)
        updated = self._registry.update(*self._key, self._replacement(body), writing)
        return self._respond(updated, writing=writing)

    def _replacement(self, body: Object) -> Callable[[Object], Object]:
        def replace(live: Object) -> Object:
            asked, present = _metadata(body).get("uid"), live["metadata"]["uid"]
            if asked and asked != present:
                raise errors.other_uid(self._kind, live, asked)
            return body

        return replace

    async def _finalize(self) -> web.StreamResponse:
        return self._respond(self._store.read(NAMESPACE, "", self._target.name))

    def _check_namespace(self, body: Object) -> None:
        named = _metadata(body).get("namespace")
        if self._kind.namespaced and named and named != self._target.namespace:
            raise errors.bad_request(
                "the namespace of the provided object does not match the namespace sent on"
                " the request"
            )

    def _check_name(self, body: Object) -> None:
        named = _metadata(body).get("name")
        if named and named != self._target.name:
            raise errors.bad_request(
                f"the name of the object ({named}) does not match the name on the URL"
                f" ({self._target.name})"
            )

    async def _patch(self) -> web.StreamResponse:
        if self._request.content_type == requests.APPLY_YAML:
            return await self._apply()
        writing = self._writing()
        edit = await self._patch_edit()

        def checked(live: Object) -> Object:
            patched = edit(live)
            self._check_name(patched)
            return patched

        return self._respond(self._registry.update(*self._key, checked, writing), writing=writing)

    async def _patch_edit(self) -> Callable[[Object], Object]:
        content_type = self._request.content_type
        if content_type not in requests.PATCHES:
            message = "415: Unsupported Media Type"
            raise errors.ApiError(415, "UnsupportedMediaType", message, {})
        body = await requests.read_patch(self._request)
        if content_type == requests.JSON_PATCH:
            return lambda live: patches.json_patch(live, body)
        if content_type == requests.MERGE_PATCH:
            return lambda live: patches.merge(live, body)
        return lambda live: patches.strategic_merge(live, body, shape_of(self._kind))

    async def _apply(self) -> web.StreamResponse:
        writing = self._writing("Apply")
        if not self._query.get("fieldManager"):
            missing = errors.required("fieldManager", "is required for apply patch")
            raise errors.invalid_options("PatchOptions", missing)
        body = await requests.read_applied(self._request, self._kind)
        self._check_name(body)
        force = requests.flag(self._query, "force")
        applied, is_new = self._registry.apply(*self._key, body, writing, force)
        return self._respond(applied, 201 if is_new else 200, writing)

    async def _delete(self) -> web.StreamResponse:
        options = await self._deletion()
        gone = self._registry.delete(*self._key, options, self._writing().dry_run)
        return self._deleted(gone)

    def _deleted(self, gone: Object) -> web.StreamResponse:
        """A Status when the object is gone, the object itself while it still has to end."""
        if "deletionTimestamp" in gone["metadata"] or self._kind is POD:
            return self._respond(gone)
        group = {"group": self._kind.group} if self._kind.group else {}
        details = {
            "name": self._target.name,
            **group,
            "kind": self._kind.plural,
            "uid": gone["metadata"]["uid"],
        }
        return presentation.plain(
            {
                "kind": "Status",
                "apiVersion": "v1",
                "metadata": {},
                "status": "Success",
                "details": details,
            }
        )

    async def _delete_collection(self) -> web.StreamResponse:
        selection = listing.Selection.read(self._kind, self._target.namespace, self._query)
        options = await self._deletion()
        page = listing.page(self._store, selection, {})
        for each in page.items:
            metadata = each["metadata"]
            namespace = metadata.get("namespace", "")
            self._registry.delete(self._kind, namespace, metadata["name"], options)
        return presentation.many(self._request, self._kind, page, self._registry.now())

    async def _deletion(self) -> Deletion:
        body = await requests.read_options(self._request)
        grace = body.get("gracePeriodSeconds", self._query.get("gracePeriodSeconds"))
        policy = body.get("propagationPolicy") or self._query.get("propagationPolicy")
        if policy and policy not in POLICIES:
            wrong = errors.not_supported("propagationPolicy", policy, (*POLICIES, "nil"))
            raise errors.invalid_options("DeleteOptions", wrong)
        preconditions = body.get("preconditions") or {}
        return Deletion(
            policy or "Background",
            None if grace is None else int(grace),
            preconditions.get("uid"),
            preconditions.get("resourceVersion"),
        )

    async def _get_scale(self) -> web.StreamResponse:
        return presentation.plain(presentation.scale(self._store.read(*self._key)))

    async def _put_scale(self) -> web.StreamResponse:
        body = await requests.read_patch(self._request)
        return self._set_replicas((body.get("spec") or {}).get("replicas", 0))

    async def _patch_scale(self) -> web.StreamResponse:
        edit = await self._patch_edit()
        scale = edit(presentation.scale(self._store.read(*self._key)))
        return self._set_replicas(scale["spec"].get("replicas", 0))

    def _set_replicas(self, replicas: int) -> web.StreamResponse:
        def edit(live: Object) -> Object:
            live["spec"]["replicas"] = replicas
            return live

        changed = self._registry.update(*self._key, edit, self._writing())
        return presentation.plain(presentation.scale(changed))

    async def _log(self) -> web.StreamResponse:
        return web.Response(text=presentation.log(self._store.read(*self._key)))

    async def _evict(self) -> web.StreamResponse:
        self._registry.delete(*self._key)
        return presentation.plain(
            {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"}, 201
        )


def _metadata(body: Object) -> Object:
    metadata = body.get("metadata")
    return metadata if isinstance(metadata, dict) else {}
