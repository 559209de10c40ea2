"""References to images as a node reads them, and what it writes when a registry refuses."""

from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class ImageParts:
    host: str
    repository: str
    reference: str
    """A tag or a digest."""


def parse_image(image: str) -> ImageParts:
    name, _, digest = image.partition("@")
    path, colon, tag = name.rpartition(":")
    if not colon or "/" in tag:
        path, tag = name, "latest"
    host, _, repository = path.partition("/")
    return ImageParts(host.lower(), repository, digest or tag)


def pull_refusal(image: str, parts: ImageParts, *, may_pull: bool, exists: bool) -> str | None:
    """Without a right the node asks anonymously, so that nothing says `forbidden`."""
    if may_pull and exists:
        return None
    where = f'failed to pull and unpack image "{image}": failed to resolve reference "{image}"'
    if may_pull:
        return f"rpc error: code = NotFound desc = {where}: {image}: not found"
    scope = quote(f"repository:{parts.repository}:pull", safe="")
    url = f"https://{parts.host}/oauth2/token?scope={scope}&service={parts.host}"
    return (
        f"rpc error: code = Unknown desc = {where}: failed to authorize: failed to fetch "
        f"anonymous token: unexpected status from GET request to {url}: 401 Unauthorized"
    )
