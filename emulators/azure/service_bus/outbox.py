"""What a connection has to say: collected during a turn of the loop, written at once."""

import asyncio
from collections.abc import Callable

from emulators.azure.service_bus.frames import AMQP_FRAME, write_frame
from emulators.azure.service_bus.performatives import Performative

MAX_BUFFERED_BYTES = 1024 * 1024
"""What may wait to be written before deliveries stop: credit alone must not fill the memory."""


class Outbox:
    """Buffers bytes and frames. `on_writable` is called when there is room again."""

    def __init__(self, on_writable: Callable[[], None]) -> None:
        self._on_writable = on_writable
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None
        self._is_paused = False

    @property
    def is_writable(self) -> bool:
        return not self._is_paused and len(self._buffer) < MAX_BUFFERED_BYTES

    def open(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    def write(self, data: bytes) -> None:
        self._schedule_flush()
        self._buffer += data

    def write_frame(
        self,
        channel: int,
        performative: Performative,
        payload: bytes | memoryview = b"",
        kind: int = AMQP_FRAME,
    ) -> None:
        self._schedule_flush()
        write_frame(self._buffer, channel, performative, payload, kind)

    def pause(self) -> None:
        self._is_paused = True

    def resume(self) -> None:
        self._is_paused = False
        self._on_writable()

    def flush(self) -> None:
        if self._buffer and self._transport is not None and not self._transport.is_closing():
            self._transport.write(bytes(self._buffer))
        was_full = len(self._buffer) >= MAX_BUFFERED_BYTES
        self._buffer.clear()
        if was_full and not self._is_paused:
            self._on_writable()

    def close(self) -> None:
        """Nothing more is written; what the transport has already still goes out."""
        if self._transport is not None:
            self._transport.close()

    def _schedule_flush(self) -> None:
        if not self._buffer:
            asyncio.get_running_loop().call_soon(self.flush)
