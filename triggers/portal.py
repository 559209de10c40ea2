"""The web page `/portal`: static files over the public API, which anybody may load.

Everything that the page shows or does goes through the API, with its roles.
"""

import hashlib
import mimetypes
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from posixpath import dirname, join, normpath

import azure.functions as func

PAGE_PATH = "portal"
DOCS_PATH = "docs"
FILE_PATH = "portal/{version}/{*file}"
ROOT_PATH = "{root:maxlength(0)?}"
"""Matches `/` alone. Azure answers it with a page of its own unless AzureWebJobsDisableHomepage is
`true` (documented)."""

FOLDER = Path(__file__).parent.parent / "portal"
PAGE = "index.html"
ENTRY = "main.js"
_IMPORT = re.compile(r'\bimport[^";]*\bfrom ?"([^"]+)"')
SERVED = frozenset({".js", ".css", ".svg"})

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""No inline script or style, nothing of third parties, no frame of others."""

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


@dataclass(frozen=True, slots=True)
class Portal:
    """The page and its files."""

    version: str
    """Digest of all files. It is part of their URLs, so that a copy is never out of date."""
    page: bytes
    files: Mapping[str, bytes]
    """By path below the folder."""


@cache
def load_portal() -> Portal:
    files = {
        path.relative_to(FOLDER).as_posix(): path.read_bytes()
        for path in sorted(FOLDER.rglob("*"))
        if path.suffix in SERVED
    }
    page = (FOLDER / PAGE).read_text().replace("<!-- preloads -->", _preloads(files))
    digest = hashlib.sha256(page.encode())
    for name, content in files.items():
        digest.update(f"\0{name}\0{len(content)}\0".encode() + content)
    version = digest.hexdigest()[:16]
    return Portal(version, page.replace("{version}", version).encode(), files)


def _preloads(files: Mapping[str, bytes]) -> str:
    """What the list of environments needs, at once: a browser finds imports only in modules that
    it has read. Other screens are imported when they are opened."""
    return "\n    ".join(
        f'<link rel="modulepreload" href="/{PAGE_PATH}/{{version}}/{name}">'
        for name in sorted(_find_imported(ENTRY, files))
    )


def _find_imported(entry: str, files: Mapping[str, bytes]) -> frozenset[str]:
    """The module and all that it imports, but for what it imports by a call."""
    found: set[str] = set()
    waiting = [entry]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        imports = _IMPORT.findall(files[name].decode())
        waiting += [normpath(join(dirname(name), path)) for path in imports]
    return frozenset(found)


def answer_page() -> func.HttpResponse:
    """Read again each time: it names the version of everything else."""
    headers = {**HEADERS, "Cache-Control": "no-cache"}
    return func.HttpResponse(load_portal().page, headers=headers, mimetype="text/html")


def redirect_to_page() -> func.HttpResponse:
    return func.HttpResponse(status_code=302, headers={"Location": f"/{PAGE_PATH}"})


def redirect_to_docs() -> func.HttpResponse:
    return func.HttpResponse(status_code=302, headers={"Location": f"/{PAGE_PATH}#/docs"})


def answer_file(version: str, name: str) -> func.HttpResponse:
    """404 for files of other versions, which only a page that is out of date asks for."""
    portal = load_portal()
    content = portal.files.get(name) if version == portal.version else None
    if content is None:
        return func.HttpResponse("Load /portal again.", status_code=404, mimetype="text/plain")
    headers = {**HEADERS, "Cache-Control": "public, max-age=31536000, immutable"}
    mimetype, _ = mimetypes.guess_type(name)
    return func.HttpResponse(content, headers=headers, mimetype=mimetype)


async def http_root(req: func.HttpRequest) -> func.HttpResponse:
    return redirect_to_page()


async def http_docs(req: func.HttpRequest) -> func.HttpResponse:
    return redirect_to_docs()


async def http_portal(req: func.HttpRequest) -> func.HttpResponse:
    return answer_page()


async def http_portal_file(req: func.HttpRequest) -> func.HttpResponse:
    return answer_file(req.route_params["version"], req.route_params.get("file", ""))


PORTAL_FUNCTIONS = (
    (ROOT_PATH, http_root),
    (DOCS_PATH, http_docs),
    (PAGE_PATH, http_portal),
    (FILE_PATH, http_portal_file),
)
"""Paths of GET and HEAD, and what serves them."""
