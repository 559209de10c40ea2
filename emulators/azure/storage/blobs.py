"""The blobs of all storage accounts, which real ones learn by an upload."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from emulators.azure.control.input import Fields, read_json, required

Handler = Callable[[web.Request], Awaitable[Any]]


class Blobs:
    """By account and container."""

    def __init__(self) -> None:
        self._containers: dict[tuple[str, str], dict[str, bytes]] = {}

    def put(self, account: str, container: str, files: Mapping[str, str]) -> None:
        """All that is in the container from now on."""
        self._containers[account, container] = {k: v.encode() for k, v in files.items()}

    def find(self, account: str, container: str) -> Mapping[str, bytes] | None:
        """By their names; None without such a container."""
        return self._containers.get((account, container))


class BlobControl:
    """The handler of `/_simulator/blobs`."""

    def __init__(self, blobs: Callable[[], Blobs]) -> None:
        self._blobs = blobs

    def handlers(self) -> dict[tuple[str, str], Handler]:
        return {("PUT", "/blobs"): self.put_blobs}

    async def put_blobs(self, request: web.Request) -> Any:
        """The texts of all blobs of a container, by their names."""
        fields = Fields(await read_json(request))
        account = required(fields.text("account"), "account")
        container = required(fields.text("container"), "container")
        files = fields.strings("files")
        fields.finish()
        self._blobs().put(account, container, files)
        return {"blobs": len(files)}
