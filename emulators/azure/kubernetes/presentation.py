"""Objects and lists in the form that a client accepts: plain JSON or tables."""

from aiohttp import web

from emulators.azure.kubernetes import tables
from emulators.azure.kubernetes.kinds import SCALE, Kind, Object
from emulators.azure.kubernetes.listing import Page
from emulators.azure.kubernetes.store import as_json


def plain(body: Object, status: int = 200) -> web.Response:
    return web.Response(body=as_json(body), status=status, content_type="application/json")


def one(
    request: web.Request, kind: Kind, subject: Object, now: str, status: int = 200
) -> web.Response:
    if wants_table(request):
        return plain(table_of_one(request, kind, subject, now), status)
    return plain(subject, status)


def many(request: web.Request, kind: Kind, page: Page, now: str) -> web.Response:
    metadata: Object = {"resourceVersion": str(page.version)}
    if page.next_token:
        metadata["continue"] = page.next_token
    if page.remaining is not None:
        metadata["remainingItemCount"] = page.remaining
    if wants_table(request):
        return plain(tables.build(kind, page.items, metadata, now, _include(request)))
    listed = [_without_type(each) for each in page.items]
    return plain(
        {
            "kind": f"{kind.kind}List",
            "apiVersion": kind.api_version,
            "metadata": metadata,
            "items": listed,
        }
    )


def table_of_one(request: web.Request, kind: Kind, subject: Object, now: str) -> Object:
    metadata = {"resourceVersion": subject["metadata"].get("resourceVersion", "")}
    return tables.build(kind, [subject], metadata, now, _include(request))


def _include(request: web.Request) -> str:
    return request.query.get("includeObject") or "Metadata"


def wants_table(request: web.Request) -> bool:
    return "as=Table" in request.headers.get("Accept", "")


def _without_type(subject: Object) -> Object:
    """Items of a typed list do not repeat their apiVersion and kind."""
    return {key: value for key, value in subject.items() if key not in ("apiVersion", "kind")}


def scale(subject: Object) -> Object:
    """The Scale of a Deployment or ReplicaSet."""
    metadata = subject["metadata"]
    kept = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")
    labels = subject["spec"]["selector"].get("matchLabels") or {}
    return {
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": {key: metadata[key] for key in kept},
        "spec": {"replicas": subject["spec"]["replicas"]},
        "status": {
            "replicas": (subject.get("status") or {}).get("replicas", 0),
            "selector": ",".join(f"{key}={value}" for key, value in labels.items()),
        },
    }


def scale_response(request: web.Request, subject: Object, now: str) -> web.Response:
    """The Scale of an object, as it is or as a table."""
    shown = scale(subject)
    if wants_table(request):
        return plain(table_of_one(request, SCALE, shown, now))
    return plain(shown)
