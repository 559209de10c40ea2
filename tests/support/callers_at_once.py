"""Callers in threads of their own, as long as a test watches what becomes of their requests."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def callers_at_once(
    count: int, call: Callable[[], None], stopped: threading.Event
) -> Iterator[None]:
    """`call`: what each of them does until `stopped` is set, which happens at the end."""
    callers = [threading.Thread(target=call) for _ in range(count)]
    for each in callers:
        each.start()
    try:
        yield
    finally:
        stopped.set()
        for each in callers:
            each.join()
