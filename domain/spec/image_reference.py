"""Takes a reference to a container image apart."""

from typing import NamedTuple

DOCKER_HUB = "docker.io"
DEFAULT_TAG = "latest"


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
