"""Requests to an environment's public endpoint, as its users send them."""

import aiohttp

from clients.answers import EdgeAnswer, NoAnswer, TimedOut
from domain.wire import parse_http_date


class EdgeClient:
    def __init__(self, session: aiohttp.ClientSession, address: str | None) -> None:
        """`address`: `host:port` to connect to instead of the address in DNS."""
        self._session = session
        self._address = address

    async def get(self, host_name: str, path: str, timeout_seconds: float) -> EdgeAnswer:
        """Raises TimedOut without a response in time, and NoAnswer without a connection."""
        try:
            async with self._session.get(
                f"https://{self._address or host_name}{path}",
                headers={"Host": host_name},
                server_hostname=host_name,
                timeout=aiohttp.ClientTimeout(total=timeout_seconds),
                allow_redirects=False,
            ) as response:
                headers = response.headers
                sent_at = parse_http_date(headers.get("Date", ""))
                return EdgeAnswer(response.status, headers.get("X-Azure-Ref", ""), sent_at)
        except TimeoutError as error:
            raise TimedOut(f"{type(error).__name__} for {host_name}") from error
        except aiohttp.ClientError as error:
            raise NoAnswer(f"{type(error).__name__} for {host_name}") from error
