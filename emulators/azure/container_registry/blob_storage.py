"""The storage behind registries, to which they redirect whoever asks for a blob."""

import re
from hashlib import sha256

from aiohttp import web

from emulators.azure.container_registry.models import Registries

HOST = "eusmanaged17.blob.core.windows.net"
_PATH = re.compile(
    r"/registries//docker/registry/v2/blobs/sha256/../(?P<digest>[0-9a-f]{64})/data"
)


def address_of(digest: str) -> str:
    """With a signature, that nobody else may have."""
    number = digest.removeprefix("sha256:")
    path = f"/registries//docker/registry/v2/blobs/sha256/{number[:2]}/{number}/data"
    return f"https://{HOST}{path}?sp=r&sr=b&sig={_signature(number)}"


def is_for_storage(host: str) -> bool:
    return host == HOST


def handle(request: web.Request, registries: Registries) -> web.Response:
    found = _PATH.fullmatch(request.path)
    if "Authorization" in request.headers:
        return _refused(400, "InvalidAuthenticationInfo")
    if found is None or request.query.get("sig") != _signature(found["digest"]):
        return _refused(403, "AuthenticationFailed")
    content = registries.configuration(f"sha256:{found['digest']}")
    if content is None:
        return _refused(404, "BlobNotFound")
    body = content.encode()
    return web.Response(body=body, headers={"Content-Type": "application/octet-stream"})


def _signature(number: str) -> str:
    return sha256(f"signed {number}".encode()).hexdigest()


def _refused(status: int, code: str) -> web.Response:
    text = f'<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code></Error>'
    headers = {"x-ms-error-code": code}
    return web.Response(status=status, text=text, content_type="application/xml", headers=headers)
