"""Lets calls wait until something happens to an instance, without a thread for each."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable


class Waits:
    def __init__(self) -> None:
        self._waiting: defaultdict[str, set[asyncio.Future[None]]] = defaultdict(set)

    async def next_change(self, instance_id: str) -> None:
        change = asyncio.get_running_loop().create_future()
        self._waiting[instance_id].add(change)
        try:
            await change
        finally:
            self._waiting[instance_id].discard(change)
            if not self._waiting[instance_id]:
                del self._waiting[instance_id]

    def tell(self, instance_ids: Iterable[str]) -> None:
        for instance_id in instance_ids:
            for waiting in self._waiting.get(instance_id, ()):
                if not waiting.done():
                    waiting.set_result(None)

    def tell_all(self) -> None:
        self.tell(list(self._waiting))
