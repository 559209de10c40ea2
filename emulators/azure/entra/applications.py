"""The applications of the tenant that may ask for tokens with a secret of their own."""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field

from emulators.azure.identity import Principal


@dataclass(frozen=True, slots=True)
class Application:
    """An app registration with its service principal and one client secret."""

    principal: Principal
    secret: str = field(repr=False)

    def has_secret(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), self.secret.encode())


class Applications:
    """Finds applications by their client id, whose case does not matter."""

    def __init__(self, applications: Iterable[Application]) -> None:
        self._by_id = {each.principal.client_id.lower(): each for each in applications}

    def find(self, client_id: str) -> Application | None:
        return self._by_id.get(client_id.lower())
