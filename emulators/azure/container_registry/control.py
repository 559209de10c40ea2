"""The control of registries: what is in them, which a real one learns by `docker push`."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from emulators.azure.container_registry.models import Registries, login_server
from emulators.azure.control.input import BadInput, Fields, read_json, required

Handler = Callable[[web.Request], Awaitable[Any]]
AMD64 = ("linux/amd64",)


class RegistryControl:
    """Handlers of `/_simulator/registries`, `.../private-hosts` and `.../images`."""

    def __init__(self, registries: Callable[[], Registries]) -> None:
        self._registries = registries

    def handlers(self) -> dict[tuple[str, str], Handler]:
        return {
            ("PUT", "/registries"): self.put_registry,
            ("PUT", "/private-hosts"): self.put_private_host,
            ("POST", "/images"): self.post_image,
        }

    async def put_registry(self, request: web.Request) -> Any:
        """A registry, in a group that is made for it, from which these principals may pull."""
        fields = Fields(await read_json(request))
        name = required(fields.text("name"), "name")
        group = required(fields.text("group"), "group")
        location = fields.text("location", "westeurope") or ""
        pullers = fields.texts("pullers")
        fields.finish()
        registry = self._registries().provide(group, name, location, pullers)
        return {"id": registry.id, "loginServer": login_server(name)}

    async def put_private_host(self, request: web.Request) -> Any:
        """A registry that is not Azure's, whose images are pulled with this login alone."""
        fields = Fields(await read_json(request))
        host = required(fields.text("host"), "host")
        username = required(fields.text("username"), "username")
        password = required(fields.text("password"), "password")
        fields.finish()
        self._registries().private_hosts.set(host, f"{username}:{password}")
        return {"host": host}

    async def post_image(self, request: web.Request) -> Any:
        """Push an image of so many platforms; another `content` under a tag moves the tag."""
        fields = Fields(await read_json(request))
        host = required(fields.text("host"), "host")
        repository = required(fields.text("repository"), "repository")
        tag = fields.text("tag", "latest") or "latest"
        platforms = fields.texts("platforms") or AMD64
        content = fields.text("content", "") or ""
        fields.finish()
        registries = self._registries()
        if registries.find(host) is None:
            raise BadInput(f"{host} is no registry here.")
        manifest = registries.push_to(host, repository).push(tag, platforms, content or repository)
        return {"image": f"{host}/{repository}:{tag}", "digest": manifest.digest}
