"""What a function receives as `func.Context` when its signature asks for it."""

import threading
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class TraceContext:
    trace_parent: str = ""
    trace_state: str = ""
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InvocationContext:
    """One invocation; like the worker's own context it has the shape of `func.Context` only.

    The host knows no retry policies, so there is no retry to tell of.
    """

    function_name: str
    function_directory: str
    invocation_id: str
    thread_local_storage: Any
    trace_context: Any = field(default_factory=TraceContext)
    retry_context: Any = None


class InvocationContexts:
    """Makes the contexts of one process, which share their thread-local storage."""

    def __init__(self, app_directory: str) -> None:
        self._app_directory = app_directory
        self._thread_local_storage = threading.local()

    def new(self, function_name: str, invocation_id: str) -> InvocationContext:
        return InvocationContext(
            function_name=function_name,
            function_directory=self._app_directory,
            invocation_id=invocation_id,
            thread_local_storage=self._thread_local_storage,
        )
