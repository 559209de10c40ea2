"""The verbs on resources: what each HTTP method does to a collection or to one object."""

from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from simulator.kubernetes import errors, listing, patches, presentation, requests, watches
from simulator.kubernetes.apply import Manager
from simulator.kubernetes.cluster import Cluster
from simulator.kubernetes.kinds import NAMESPACE, POD, Kind, Object
from simulator.kubernetes.registry import Deletion
from simulator.kubernetes.requests import Target
from simulator.kubernetes.schema import shape_of
from simulator.kubernetes.store import copy_of

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
        self._dry_run = requests.is_dry_run(request.query)

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

    def _respond(self, subject: Object, status: int = 200) -> web.Response:
        return presentation.one(self._request, self._kind, subject, self._registry.now(), status)

    def _manager(self, operation: str) -> Manager:
        name = requests.manager_name(self._request)
        subresource = self._target.subresource
        return Manager(name, operation, subresource if subresource in ("status", "scale") else "")

    async def _get(self) -> web.StreamResponse:
        return self._respond(self._store.read(*self._key))

    async def _list(self) -> web.StreamResponse:
        selection = listing.Selection.read(self._kind, self._target.namespace, self._query)
        if requests.flag(self._query, "watch"):
            return await watches.stream(self._cluster, self._request, selection)
        return presentation.many(
            self._request,
            self._kind,
            listing.page(self._store, selection, self._query),
            self._registry.now(),
        )

    async def _create(self) -> web.StreamResponse:
        body = await requests.read_object(self._request, self._kind)
        named = (body.get("metadata") or {}).get("namespace")
        if self._kind.namespaced and named and named != self._target.namespace:
            raise errors.bad_request(
                "the namespace of the provided object does not match the namespace sent on"
                " the request"
            )
        manager = self._manager("Update")
        created = self._registry.create(
            self._kind, self._target.namespace, body, manager, self._dry_run
        )
        return self._respond(created, 201)

    async def _update(self) -> web.StreamResponse:
        body = await requests.read_object(self._request, self._kind)
        self._check_name(body)
        updated = self._registry.update(
            *self._key, lambda live: copy_of(body), self._manager("Update"), self._dry_run
        )
        return self._respond(updated)

    async def _finalize(self) -> web.StreamResponse:
        return self._respond(self._store.read(NAMESPACE, "", self._target.name))

    def _check_name(self, body: Object) -> None:
        named = (body.get("metadata") or {}).get("name")
        if named and named != self._target.name:
            raise errors.bad_request(
                f"the name of the object ({named}) does not match the name on the URL"
                f" ({self._target.name})"
            )

    async def _patch(self) -> web.StreamResponse:
        content_type = self._request.content_type
        if content_type == requests.APPLY_YAML:
            return await self._apply()
        edit = await self._patch_edit(content_type)
        return self._respond(
            self._registry.update(*self._key, edit, self._manager("Update"), self._dry_run)
        )

    async def _patch_edit(self, content_type: str) -> Callable[[Object], Object]:
        if content_type not in requests.PATCHES:
            raise errors.unsupported_media_type(requests.PATCHES)
        body = await requests.read_body(self._request)
        if content_type == requests.JSON_PATCH:
            return lambda live: patches.json_patch(live, body)
        if content_type == requests.MERGE_PATCH:
            return lambda live: patches.merge(live, body)
        return lambda live: patches.strategic_merge(live, body, shape_of(self._kind))

    async def _apply(self) -> web.StreamResponse:
        if not self._query.get("fieldManager"):
            detail = "is required for apply patch"
            raise errors.ApiError(
                422,
                "Invalid",
                f'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: {detail}',
                {
                    "group": "meta.k8s.io",
                    "kind": "PatchOptions",
                    "causes": [errors.required("fieldManager", detail).cause],
                },
            )
        body = await requests.read_object(self._request, self._kind)
        self._check_name(body)
        force = requests.flag(self._query, "force")
        applied, is_new = self._registry.apply(
            *self._key, body, self._manager("Apply"), force, self._dry_run
        )
        return self._respond(applied, 201 if is_new else 200)

    async def _delete(self) -> web.StreamResponse:
        options = await self._deletion()
        gone = self._registry.delete(*self._key, options, self._dry_run)
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
            self._registry.delete(self._kind, namespace, metadata["name"], options, self._dry_run)
        return presentation.many(self._request, self._kind, page, self._registry.now())

    async def _deletion(self) -> Deletion:
        body = await requests.read_body(self._request) or {}
        grace = body.get("gracePeriodSeconds", self._query.get("gracePeriodSeconds"))
        policy = body.get("propagationPolicy") or self._query.get("propagationPolicy")
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
        body = await requests.read_body(self._request)
        return self._set_replicas((body.get("spec") or {}).get("replicas", 0))

    async def _patch_scale(self) -> web.StreamResponse:
        edit = await self._patch_edit(self._request.content_type)
        scale = edit(presentation.scale(self._store.read(*self._key)))
        return self._set_replicas(scale["spec"].get("replicas", 0))

    def _set_replicas(self, replicas: int) -> web.StreamResponse:
        def edit(live: Object) -> Object:
            live["spec"]["replicas"] = replicas
            return live

        changed = self._registry.update(*self._key, edit, self._manager("Update"), self._dry_run)
        return presentation.plain(presentation.scale(changed))

    async def _log(self) -> web.StreamResponse:
        return web.Response(text=presentation.log(self._store.read(*self._key)))

    async def _evict(self) -> web.StreamResponse:
        self._registry.delete(*self._key, Deletion(), self._dry_run)
        return presentation.plain(
            {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"}, 201
        )
