"""The functions of an app as the host knows them, and how they are found."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class TriggerKind(StrEnum):
    HTTP = "httpTrigger"
    TIMER = "timerTrigger"
    SERVICE_BUS = "serviceBusTrigger"
    ORCHESTRATION = "orchestrationTrigger"
    ACTIVITY = "activityTrigger"
    ENTITY = "entityTrigger"


DURABLE_CLIENT = "durableClient"
DURABLE_KINDS = frozenset({TriggerKind.ORCHESTRATION, TriggerKind.ACTIVITY, TriggerKind.ENTITY})


@dataclass(frozen=True, slots=True)
class Binding:
    """An input or output besides the trigger; `name` is the parameter, or `$return`."""

    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class IndexedFunction:
    name: str
    trigger_kind: str
    trigger_parameter: str
    trigger_settings: Mapping[str, Any]
    call: Callable[..., Any]
    is_async: bool
    wants_context: bool
    inputs: tuple[Binding, ...] = ()
    outputs: tuple[Binding, ...] = ()
    trigger_annotation: Any = None
    takes_sdk_type: bool = False
    """The trigger's parameter is an SDK type, so it gets model binding data."""
    settlement_parameter: str | None = None

    @property
    def durable_name(self) -> str:
        """The name orchestrations use for it: that of its trigger, else its own."""
        for setting in ("orchestration", "activity", "entityName"):
            if name := self.trigger_settings.get(setting):
                return name
        return self.name


class FunctionIndex:
    """Looks functions up as the Durable extension does: without regard to case."""

    def __init__(self, functions: Iterable[IndexedFunction]) -> None:
        self.functions = tuple(functions)
        self._by_name = {function.name.lower(): function for function in self.functions}
        self._durable = {
            (function.trigger_kind, function.durable_name.lower()): function
            for function in self.functions
            if function.trigger_kind in DURABLE_KINDS
        }

    def named(self, name: str) -> IndexedFunction | None:
        return self._by_name.get(name.lower())

    def durable(self, kind: TriggerKind, name: str) -> IndexedFunction | None:
        return self._durable.get((kind, name.lower()))

    def of_kind(self, kind: TriggerKind) -> list[IndexedFunction]:
        return [function for function in self.functions if function.trigger_kind == kind]

    @property
    def needs_task_hub(self) -> bool:
        return any(
            function.trigger_kind in DURABLE_KINDS
            or any(binding.kind == DURABLE_CLIENT for binding in function.inputs)
            for function in self.functions
        )
