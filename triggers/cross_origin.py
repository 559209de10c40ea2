"""Refuses what another site's page lets a signed-in person's browser send."""

from urllib.parse import urlsplit

import azure.functions as func

from triggers.errors import error_response
from triggers.parameters import read_header

READS = frozenset({"GET", "HEAD"})
PORTAL = "X-Gridplane-Portal"
"""Sent by the portal. Another site's page cannot send it without being asked for by CORS."""

CROSS_ORIGIN_REQUEST = "CrossOriginRequest"


def refuse_cross_origin(req: func.HttpRequest) -> func.HttpResponse | None:
    """None unless a browser sends a change by itself: with cookies and without a token.

    Browsers name the origin of the page with every such request; other clients do not.
    """
    origin = read_header(req, "Origin")
    if req.method in READS or origin is None or read_header(req, "Authorization"):
        return None
    is_same_host = urlsplit(origin).netloc == read_header(req, "Host")
    if is_same_host and read_header(req, PORTAL):
        return None
    message = (
        f"A page of {origin} sent the request. Use /portal of this service, or send an access "
        "token in the header Authorization."
    )
    return error_response(403, CROSS_ORIGIN_REQUEST, message)
