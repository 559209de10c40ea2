"""What lies below an object: its scale, its log, its eviction, and the end of a namespace."""

from aiohttp import web

from emulators.azure.kubernetes import bodies, disruptions, errors, logs, presentation
from emulators.azure.kubernetes.calls import Call
from emulators.azure.kubernetes.kinds import EVICTION, NAMESPACE, SCALE, Object


async def get_scale(call: Call) -> web.StreamResponse:
    return presentation.scale_response(call.request, call.live(), call.now)


async def put_scale(call: Call) -> web.StreamResponse:
    return _set_replicas(call, await bodies.read_object(call.request, SCALE))


async def patch_scale(call: Call) -> web.StreamResponse:
    edit = await call.patch_edit(SCALE)
    return _set_replicas(call, edit(presentation.scale(call.live())))


def _set_replicas(call: Call, scale: Object) -> web.StreamResponse:
    replicas = (scale.get("spec") or {}).get("replicas", 0)
    version = (scale.get("metadata") or {}).get("resourceVersion")
    if replicas < 0:
        detail = "must be greater than or equal to 0"
        wrong = errors.invalid("spec.replicas", str(replicas), detail)
        raise errors.invalid_scale(call.target.name, wrong)

    def edit(live: Object) -> Object:
        live["spec"]["replicas"] = replicas
        if version:
            live["metadata"]["resourceVersion"] = version
        return live

    changed = call.cluster.registry.update(*call.key, edit, call.writing())
    return presentation.scale_response(call.request, changed, call.now)


async def get_log(call: Call) -> web.StreamResponse:
    wanted = logs.read_wanted(call.request.query, call.live())
    return await logs.stream(call.cluster, call.request, call.key, wanted)


async def evict(call: Call) -> web.StreamResponse:
    eviction = await bodies.read_object(call.request, EVICTION)
    options = call.deletion_from(eviction.get("deleteOptions") or {})
    spend = disruptions.allow_eviction(call.cluster.store, call.live())
    if spend is not None and not options.dry_run:
        disruptions.spend(call.cluster.store, spend)
    call.cluster.registry.delete(*call.key, options)
    success = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"}
    return presentation.plain({**success, "code": 201}, 201)


async def finalize(call: Call) -> web.StreamResponse:
    """Take finalizers off a namespace; the last one to go lets it go."""
    body = await bodies.read_object(call.request, NAMESPACE)
    finalizers = (body.get("spec") or {}).get("finalizers") or []
    return call.respond(call.cluster.registry.finalize_namespace(call.target.name, finalizers))


async def review_access(call: Call) -> web.StreamResponse:
    """Whoever has a token for a cluster may do everything in it."""
    review = await bodies.read_object(call.request, call.kind)
    metadata = {"creationTimestamp": None}
    return presentation.plain({**review, "metadata": metadata, "status": {"allowed": True}}, 201)
