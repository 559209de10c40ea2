"""Takes a reference to a container image apart."""

from typing import NamedTuple

DOCKER_HUB = "docker.io"
DEFAULT_TAG = "latest"

_LABEL = "[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"
_PORT = r"([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
_PATH_COMPONENT = r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*"
_REPOSITORY = rf"{_PATH_COMPONENT}(/{_PATH_COMPONENT})*"
_DIGEST = "@sha256:[0-9a-f]{64}"
IMAGE_PATTERN = (
    rf"^({_LABEL}(\.{_LABEL})*(:{_PORT})?/)?{_REPOSITORY}"
    rf"(:[A-Za-z0-9_][A-Za-z0-9_.-]{{0,127}})?({_DIGEST})?$"
)
"""The grammar of https://pkg.go.dev/github.com/distribution/reference, with a port that exists."""

FULL_IMAGE_PATTERN = (
    rf"({_LABEL}((\.{_LABEL})+(:{_PORT})?|:{_PORT})|localhost)/{_REPOSITORY}{_DIGEST}"
)
"""Of a reference with host and digest: without a dot or a port, the first part is no host."""


class ImageReference(NamedTuple):
    """The parts of a reference that is valid."""

    host: str
    """In lower case, with its port if it has one."""
    repository: str
    tag: str
    digest: str | None

    @property
    def name(self) -> str:
        """Without tag and digest."""
        return f"{self.host}/{self.repository}"


def parse_image(text: str) -> ImageReference:
    """A first part without a dot or a port is one of a repository on Docker Hub."""
    name, _, digest = text.partition("@")
    path, colon, tag = name.rpartition(":")
    if not colon or "/" in tag:
        path, tag = name, DEFAULT_TAG
    host, slash, repository = path.partition("/")
    if not slash or not (host == "localhost" or set(host) & set(".:")):
        host, repository = DOCKER_HUB, path
    return ImageReference(host.lower(), repository, tag, digest or None)
