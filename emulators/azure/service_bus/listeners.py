"""The ports of a namespace: AMQP without TLS, for the emulator flag of the SDKs, and AMQPS."""

import asyncio
import socket
import ssl
from collections.abc import Callable

AMQPS_PORT = 5671
"""The SDKs take no other for a namespace that they know by its name."""

AMQPS_HOSTS = tuple(f"127.0.0.{number}" for number in range(1, 65))
"""Each simulator takes the first that is free: on Linux all of 127.0.0.0/8 is loopback."""

SHUTDOWN_SECONDS = 1.0
"""How long a connection that is dropped may take to say so in TLS."""


class Listeners:
    """Open as long as the broker runs."""

    def __init__(self) -> None:
        self._servers: list[asyncio.Server] = []
        self.port: int | None = None
        """Of AMQP without TLS, on 127.0.0.1."""
        self.host: str | None = None
        """What serves AMQPS; None where it is not wanted or no address is free."""

    async def open(
        self, make: Callable[[], asyncio.Protocol], port: int, tls: ssl.SSLContext | None
    ) -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(make, "127.0.0.1", port)
        self._servers.append(server)
        self.port = server.sockets[0].getsockname()[1]
        if tls is not None:
            self.host = await self._open_amqps(make, tls)

    def close(self) -> None:
        for server in self._servers:
            server.close()
        self._servers.clear()
        self.port = self.host = None

    async def _open_amqps(
        self, make: Callable[[], asyncio.Protocol], tls: ssl.SSLContext
    ) -> str | None:
        loop = asyncio.get_running_loop()
        listening = _take_free_address()
        if listening is None:
            return None
        server = await loop.create_server(
            make, sock=listening, ssl=tls, ssl_shutdown_timeout=SHUTDOWN_SECONDS
        )
        self._servers.append(server)
        return listening.getsockname()[0]


def _take_free_address() -> socket.socket | None:
    """Another simulator may take an address between this one's `bind` and `listen`: asyncio's own
    server then leaves its socket open."""
    for host in AMQPS_HOSTS:
        try:
            return socket.create_server((host, AMQPS_PORT))
        except OSError:
            continue
    return None
