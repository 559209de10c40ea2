"""Objects and lists in the form that a client accepts: plain JSON or tables."""

from aiohttp import web

from simulator.kubernetes import tables
from simulator.kubernetes.kinds import Kind, Object
from simulator.kubernetes.listing import Page
from simulator.kubernetes.store import as_json


def plain(body: Object, status: int = 200) -> web.Response:
    return web.Response(body=as_json(body), status=status, content_type="application/json")


def one(
    request: web.Request, kind: Kind, subject: Object, now: str, status: int = 200
) -> web.Response:
    if wants_table(request):
        version = subject["metadata"].get("resourceVersion", "")
        return plain(tables.build(kind, [subject], {"resourceVersion": version}, now), status)
    return plain(subject, status)


def many(request: web.Request, kind: Kind, page: Page, now: str) -> web.Response:
    metadata: Object = {"resourceVersion": str(page.version)}
    if page.next_token:
        metadata |= {"continue": page.next_token, "remainingItemCount": page.remaining}
    if wants_table(request):
        return plain(tables.build(kind, page.items, metadata, now))
    listed = [_without_type(each) for each in page.items]
    return plain(
        {
            "kind": f"{kind.kind}List",
            "apiVersion": kind.api_version,
            "metadata": metadata,
            "items": listed,
        }
    )


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


def log(pod: Object) -> str:
    """What a pod's first container has written."""
    statuses = pod["status"].get("containerStatuses") or []
    state = statuses[0]["state"] if statuses else {}
    last = statuses[0]["lastState"].get("terminated", {}) if statuses else {}
    lines = [last["message"]] if last.get("message") else []
    if "running" in state:
        lines.append(f"{state['running']['startedAt']} listening")
    return "".join(f"{each}\n" for each in lines)
