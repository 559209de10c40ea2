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
    if may_pull:
        where = _where(image)
        return f"rpc error: code = NotFound desc = {where}: {image}: not found"
    return refusal_without_rights(image, parts, is_anonymous=True)


def refusal_without_rights(image: str, parts: ImageParts, *, is_anonymous: bool) -> str:
    """Nothing says which credentials a node has used, or whether it has any."""
    scope = quote(f"repository:{parts.repository}:pull", safe="")
    url = f"https://{parts.host}/oauth2/token"
    asked = (
        f"anonymous token: unexpected status from GET request to {url}?scope={scope}"
        f"&service={parts.host}"
        if is_anonymous
        else f"oauth token: unexpected status from POST request to {url}"
    )
    return (
        f"rpc error: code = Unknown desc = {_where(image)}: failed to authorize: failed to fetch "
        f"{asked}: 401 Unauthorized"
    )


def _where(image: str) -> str:
    return f'failed to pull and unpack image "{image}": failed to resolve reference "{image}"'
