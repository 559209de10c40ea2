"""Calls one function of the app: decodes its inputs, runs it, encodes its output."""

import asyncio
import contextvars
import logging
import time
import uuid
from collections.abc import Mapping
from concurrent.futures import Executor
from types import MappingProxyType
from typing import Any, Protocol

from azure.functions.meta import Datum, get_binding_registry

from emulators.functions_host import deferred_bindings
from emulators.functions_host.functions import (
    DURABLE_CLIENT,
    Binding,
    IndexedFunction,
    TriggerKind,
)
from emulators.functions_host.invocation_context import InvocationContext, InvocationContexts
from emulators.functions_host.log_levels import running_function

RETURN = "$return"
_NO_METADATA: Mapping[str, Datum] = MappingProxyType({})
_log = logging.getLogger("emulators.functions_host.invocations")


class InvocationError(Exception):
    """The host cannot call this function or cannot use what it returned."""


class OutputParameter[T]:
    """What a function with `func.Out` parameters writes its output into."""

    def __init__(self) -> None:
        self._value: T | None = None

    def set(self, value: T) -> None:
        self._value = value

    def get(self) -> T | None:
        return self._value


class InputSource(Protocol):
    """Gives the value of an input binding besides the trigger."""

    def datum_for(self, binding: Binding) -> Datum: ...


class DurableClientInput:
    def __init__(self, binding_json: str) -> None:
        # The SDK caches clients by this exact text, so it is one string for the whole process.
        self._datum = Datum(binding_json, "string")

    def datum_for(self, binding: Binding) -> Datum:
        if binding.kind != DURABLE_CLIENT:
            raise InvocationError(f"The input binding {binding.kind} is not supported here.")
        return self._datum


class Invoker:
    def __init__(
        self, inputs: InputSource, contexts: InvocationContexts, sync_functions: Executor
    ) -> None:
        self._inputs = inputs
        self._contexts = contexts
        self._sync_functions = sync_functions

    async def invoke(
        self,
        function: IndexedFunction,
        trigger: Datum,
        *,
        reason: str,
        metadata: Mapping[str, Datum] = _NO_METADATA,
        log_level: int = logging.INFO,
    ) -> Datum | None:
        """Run the function and return its encoded output; the app's exceptions pass through."""
        context = self._contexts.new(function.name, str(uuid.uuid4()))
        category = {"function": function.name}
        _log.log(
            log_level,
            "Executing 'Functions.%s' (Reason='%s', Id=%s)",
            function.name,
            reason,
            context.invocation_id,
            extra=category,
        )
        started = time.perf_counter()
        outcome = "Failed"
        running = running_function.set(function.name)
        try:
            output = await self._call(function, trigger, metadata, context)
            outcome = "Succeeded"
            return output
        finally:
            running_function.reset(running)
            _log.log(
                log_level if outcome == "Succeeded" else logging.ERROR,
                "Executed 'Functions.%s' (%s, Id=%s, Duration=%dms)",
                function.name,
                outcome,
                context.invocation_id,
                (time.perf_counter() - started) * 1000,
                extra=category,
            )

    async def _call(
        self,
        function: IndexedFunction,
        trigger: Datum,
        metadata: Mapping[str, Datum],
        context: InvocationContext,
    ) -> Datum | None:
        arguments: dict[str, Any] = {
            function.trigger_parameter: _trigger_value(function, trigger, metadata)
        }
        if function.settlement_parameter:
            arguments[function.settlement_parameter] = deferred_bindings.settlement_client()
        for binding in function.inputs:
            arguments[binding.name] = decode(binding.kind, self._inputs.datum_for(binding))
        outputs = {b.name: OutputParameter[Any]() for b in function.outputs if b.name != RETURN}
        arguments.update(outputs)
        if function.wants_context:
            arguments["context"] = context
        try:
            returned = await self._run(function, arguments, context)
        except SystemExit as error:
            # It would end the host, and with it all that runs beside this function.
            raise InvocationError(f"Function {function.name} called for an exit.") from error
        return _encoded_output(function, returned, outputs)

    async def _run(
        self, function: IndexedFunction, arguments: Mapping[str, Any], context: InvocationContext
    ) -> Any:
        if function.is_async:
            return await function.call(**arguments)

        def call() -> Any:
            context.thread_local_storage.invocation_id = context.invocation_id
            return function.call(**arguments)

        copied = contextvars.copy_context()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._sync_functions, copied.run, call)


def _trigger_value(
    function: IndexedFunction, trigger: Datum, metadata: Mapping[str, Datum]
) -> Any:
    kind, annotation = function.trigger_kind, function.trigger_annotation
    if function.takes_sdk_type:
        return deferred_bindings.decode(kind, trigger, metadata, annotation)
    if annotation in (str, bytes) and kind == TriggerKind.SERVICE_BUS:
        # The worker calls this a generic binding and hands the value over as it came.
        return trigger.value
    return decode(kind, trigger, metadata)


def decode(kind: str, datum: Datum, metadata: Mapping[str, Datum] = _NO_METADATA) -> Any:
    converter: Any = get_binding_registry().get(kind)
    if converter is None:
        raise InvocationError(f"azure-functions has no converter for the binding {kind}.")
    return converter.decode(datum, trigger_metadata=metadata)


def encode(kind: str, value: Any) -> Datum | None:
    converter: Any = get_binding_registry().get(kind)
    if converter is None:
        raise InvocationError(f"azure-functions has no converter for the binding {kind}.")
    return converter.encode(value, expected_type=None)


def _encoded_output(
    function: IndexedFunction, returned: Any, outputs: Mapping[str, OutputParameter[Any]]
) -> Datum | None:
    """Encode what the function returned, or wrote into its HTTP output parameter."""
    if getattr(get_binding_registry().get(function.trigger_kind), "has_implicit_output", _no)():
        return encode(function.trigger_kind, returned)
    for binding in function.outputs:
        if binding.kind != "http":
            continue
        value = returned if binding.name == RETURN else outputs[binding.name].get()
        return None if value is None else encode(binding.kind, value)
    if returned is not None and not any(binding.name == RETURN for binding in function.outputs):
        # The worker lets such an invocation fail, so a message would be abandoned.
        raise InvocationError(
            f"Function {function.name} has no binding $return but returned a value."
        )
    return None


def _no() -> bool:
    return False
