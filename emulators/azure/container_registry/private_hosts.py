"""Registries that are not Azure's: whatever is in them exists, for those who log in."""

from collections.abc import Mapping

from emulators.azure.container_registry.images import parse_image, refusal_without_rights

Logins = Mapping[str, str]
"""`user:password` by host, as a pod's pull secrets have them."""


class PrivateHosts:
    """By their names, with one login each. Images at other hosts are public."""

    def __init__(self) -> None:
        self._logins: dict[str, str] = {}

    def set(self, host: str, login: str) -> None:
        self._logins[host.lower()] = login

    def refuse_pull(self, image: str, logins: Logins) -> str | None:
        """What a node writes that has no login for the host, or a wrong one."""
        parts = parse_image(image)
        wanted = self._logins.get(parts.host)
        sent = logins.get(parts.host)
        if wanted is None or sent == wanted:
            return None
        return refusal_without_rights(image, parts, is_anonymous=sent is None)
