"""How large a request to ARM may be: its body, and its request line with all headers."""

from aiohttp import web

from emulators.azure.arm.errors import content_too_large

MAX_BODY_BYTES = 4 * 1024 * 1024
"""Documented, and the refusal's own words."""

MAX_HEAD_BYTES = 16 * 1024
"""The default of Windows' HTTP server; ARM's own limit is not documented."""

_TOO_LONG = """\
<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN""http://www.w3.org/TR/html4/strict.dtd">\r
<HTML><HEAD><TITLE>Bad Request</TITLE>\r
<META HTTP-EQUIV="Content-Type" Content="text/html; charset=us-ascii"></HEAD>\r
<BODY><h2>Bad Request - Request Too Long</h2>\r
<hr><p>HTTP Error 400. The size of the request headers is too long.</p>\r
</BODY></HTML>\r
"""


def refused_head(request: web.Request) -> web.Response | None:
    """The page for a request whose head is too large, which ARM itself never sees."""
    line = f"{request.method} {request.raw_path} HTTP/1.1\r\n"
    size = len(line) + sum(len(name) + len(value) + 4 for name, value in request.raw_headers)
    if size <= MAX_HEAD_BYTES:
        return None
    headers = {"Content-Type": "text/html; charset=us-ascii", "Connection": "close"}
    return web.Response(status=400, body=_TOO_LONG.encode(), headers=headers)


async def read_limited(request: web.Request) -> bytes:
    """The body; raises when it is larger than ARM takes."""
    try:
        body = await request.read()
    except web.HTTPRequestEntityTooLarge:
        raise content_too_large() from None
    if len(body) > MAX_BODY_BYTES:
        raise content_too_large()
    return body
