"""The verbs on resources: what each HTTP method does to a collection or to one object."""

from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from emulators.azure.kubernetes import (
    bodies,
    errors,
    listing,
    patching,
    pod_proxy,
    presentation,
    requests,
    subresources,
    watches,
)
from emulators.azure.kubernetes.calls import Call
from emulators.azure.kubernetes.kinds import ACCESS_REVIEW, POD, Object
from emulators.azure.kubernetes.patching import Edit

Handler = Callable[[Call], Awaitable[web.StreamResponse]]


async def answer(call: Call) -> web.StreamResponse:
    handler = _handlers(call).get(call.request.method)
    if handler is None:
        raise errors.method_not_allowed()
    return await handler(call)


def _handlers(call: Call) -> Mapping[str, Handler]:
    if call.kind is ACCESS_REVIEW:
        return {} if call.target.name else {"POST": subresources.review_access}
    if call.target.name:
        return _OBJECT[call.target.subresource]
    if call.target.all_namespaces:
        return {"GET": _list}
    return {"GET": _list, "POST": _create, "DELETE": _delete_collection}


async def _get(call: Call) -> web.StreamResponse:
    return call.respond(call.live())


async def _list(call: Call) -> web.StreamResponse:
    query = call.request.query
    selection = listing.Selection.read(call.kind, call.target.namespace, query)
    watch = requests.flag(query, "watch")
    listing.check_options(query, watch)
    if watch:
        return await watches.stream(call.cluster, call.request, selection)
    page = listing.page(call.cluster.store, selection, query)
    return presentation.many(call.request, call.kind, page, call.now)


async def _create(call: Call) -> web.StreamResponse:
    writing = call.writing()
    body = await bodies.read_object(call.request, call.kind)
    _check_namespace(call, body)
    registry = call.cluster.registry
    created = registry.create(call.kind, call.target.namespace, body, writing)
    return call.respond(created, 201, writing)


async def _update(call: Call) -> web.StreamResponse:
    writing = call.writing()
    body = await bodies.read_object(call.request, call.kind)
    patching.check_name(body, call.target.name)
    _check_namespace(call, body)
    updated = call.cluster.registry.update(*call.key, _replacement(call, body), writing)
    return call.respond(updated, writing=writing)


def _replacement(call: Call, body: Object) -> Edit:
    def replace(live: Object) -> Object:
        asked, present = _metadata(body).get("uid"), live["metadata"]["uid"]
        if asked and asked != present:
            raise errors.other_uid(call.kind, live, asked)
        return body

    return replace


def _check_namespace(call: Call, body: Object) -> None:
    named, place = _metadata(body).get("namespace"), call.target.namespace
    if call.kind.namespaced and isinstance(named, str) and named not in ("", place):
        raise errors.bad_request(
            "the namespace of the provided object does not match the namespace sent on the request"
        )


async def _patch(call: Call) -> web.StreamResponse:
    if call.request.content_type == bodies.APPLY_YAML:
        return await _apply(call)
    writing = call.writing()
    edit = await call.patch_edit(call.kind)

    def checked(live: Object) -> Object:
        patched = edit(live)
        patching.check_name(patched, call.target.name)
        return patched

    patched = call.cluster.registry.update(*call.key, checked, writing)
    return call.respond(patched, writing=writing)


async def _apply(call: Call) -> web.StreamResponse:
    writing = call.writing("Apply")
    if not call.request.query.get("fieldManager"):
        missing = errors.required("fieldManager", "is required for apply patch")
        raise errors.invalid_options("PatchOptions", missing)
    body = await bodies.read_applied(call.request, call.kind)
    if _metadata(body).get("name"):
        patching.check_name(body, call.target.name)
    force = requests.flag(call.request.query, "force")
    applied, is_new = call.cluster.registry.apply(*call.key, body, writing, force)
    return call.respond(applied, 201 if is_new else 200, writing)


async def _delete(call: Call) -> web.StreamResponse:
    return _deleted(call, call.cluster.registry.delete(*call.key, await call.deletion()))


def _deleted(call: Call, gone: Object) -> web.StreamResponse:
    """A Status when the object is gone, the object itself while it still has to end."""
    if "deletionTimestamp" in gone["metadata"] or call.kind is POD:
        return call.respond(gone)
    group = {"group": call.kind.group} if call.kind.group else {}
    details = {
        "name": call.target.name,
        **group,
        "kind": call.kind.plural,
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


async def _delete_collection(call: Call) -> web.StreamResponse:
    selection = listing.Selection.read(call.kind, call.target.namespace, call.request.query)
    options = await call.deletion()
    page = listing.page(call.cluster.store, selection, {})
    for each in page.items:
        metadata = each["metadata"]
        namespace = metadata.get("namespace", "")
        call.cluster.registry.delete(call.kind, namespace, metadata["name"], options)
    return presentation.many(call.request, call.kind, page, call.now)


def _metadata(body: Object) -> Object:
    metadata = body.get("metadata")
    return metadata if isinstance(metadata, dict) else {}


_OBJECT: Mapping[str, Mapping[str, Handler]] = {
    "": {"GET": _get, "PUT": _update, "PATCH": _patch, "DELETE": _delete},
    "status": {"GET": _get, "PUT": _update, "PATCH": _patch},
    "finalize": {"PUT": subresources.finalize},
    "scale": {
        "GET": subresources.get_scale,
        "PUT": subresources.put_scale,
        "PATCH": subresources.patch_scale,
    },
    "log": {"GET": subresources.get_log},
    "eviction": {"POST": subresources.evict},
    requests.PROXY: dict.fromkeys(pod_proxy.METHODS, pod_proxy.pass_on),
}
