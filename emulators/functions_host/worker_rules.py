"""Refuses functions that the Python worker in Azure refuses when it indexes an app."""

import inspect
import typing
from collections.abc import Callable, Iterable
from typing import Any

from azure.functions.meta import get_binding_registry

from emulators.functions_host import deferred_bindings
from emulators.functions_host.functions import Binding, IndexedFunction

CONTEXT = "context"
RETURN = "$return"


class WorkerRuleError(Exception):
    """A function that would not load in Azure, in one plain sentence."""


def annotations_of(name: str, call: Callable[..., Any]) -> dict[str, Any]:
    try:
        return typing.get_type_hints(call)
    except Exception as error:
        raise WorkerRuleError(
            f"Function {name} has an annotation that cannot be resolved: {error}."
        ) from error


def check(function: IndexedFunction, annotations: dict[str, Any]) -> None:
    _check_names(function)
    if function.wants_context:
        _check_context(function, annotations)
    trigger = Binding(function.trigger_parameter, function.trigger_kind)
    for binding in (trigger, *function.inputs):
        if binding.name in annotations:
            _check_input(function, binding, annotations[binding.name])
    for binding in function.outputs:
        if binding.name == RETURN:
            _check_return(function, binding, annotations)
        elif binding.name in annotations:
            _check_output(function, binding, annotations[binding.name])


def _check_names(function: IndexedFunction) -> None:
    declared = set(inspect.signature(function.call).parameters)
    bound = {binding.name for binding in function.inputs + function.outputs} - {RETURN}
    bound.add(function.trigger_parameter)
    given = {CONTEXT} if function.wants_context else set[str]()
    if function.settlement_parameter:
        given.add(function.settlement_parameter)
    if unbound := declared - bound - given:
        raise WorkerRuleError(
            f"Function {function.name} has parameters without a binding: {_listed(unbound)}."
        )
    if missing := bound - declared:
        raise WorkerRuleError(
            f"Function {function.name} has bindings without a parameter: {_listed(missing)}."
        )


def _check_context(function: IndexedFunction, annotations: dict[str, Any]) -> None:
    annotation = annotations.get(CONTEXT)
    if annotation is not None and getattr(annotation, "__name__", None) != "Context":
        raise WorkerRuleError(
            f"Function {function.name}: the parameter context must be a func.Context."
        )


def _check_input(function: IndexedFunction, binding: Binding, annotation: Any) -> None:
    _check_is_type(function, binding, annotation)
    if deferred_bindings.is_sdk_type(annotation):
        converter: Any = deferred_bindings.converter(binding.kind)
    else:
        converter = get_binding_registry().get(binding.kind)
    if annotation in (str, bytes) or converter is None:
        return
    if not _fits(converter.check_input_type_annotation, annotation):
        raise WorkerRuleError(_misfit(function, binding, annotation))


def _check_output(function: IndexedFunction, binding: Binding, annotation: Any) -> None:
    if getattr(typing.get_origin(annotation), "__name__", None) != "Out":
        raise WorkerRuleError(
            f"Function {function.name}: the output {binding.name} must be a func.Out."
        )


def _check_return(
    function: IndexedFunction, binding: Binding, annotations: dict[str, Any]
) -> None:
    if "return" not in annotations:
        return
    annotation = annotations["return"]
    if not isinstance(annotation, type):
        raise WorkerRuleError(
            f"Function {function.name}: the return annotation {annotation!r} is not a class, "
            "which the worker in Azure does not accept."
        )
    converter: Any = get_binding_registry().get(binding.kind)
    if converter and not _fits(converter.check_output_type_annotation, annotation):
        raise WorkerRuleError(_misfit(function, binding, annotation))


def _check_is_type(function: IndexedFunction, binding: Binding, annotation: Any) -> None:
    """Unions and `dict[str, int]` are no classes; `typing.Dict[str, int]` passes for one."""
    if not isinstance(annotation, type) and not _is_typing_generic(annotation):
        raise WorkerRuleError(
            f"Function {function.name}: the annotation {annotation!r} of {binding.name} is not "
            "a class, which the worker in Azure does not accept."
        )


def _is_typing_generic(annotation: Any) -> bool:
    origin = typing.get_origin(annotation)
    special = (None, typing.Union, tuple, typing.ClassVar, Callable)
    return type(annotation).__module__ == "typing" and origin not in special


def _fits(check_annotation: Any, annotation: Any) -> bool:
    try:
        return bool(check_annotation(annotation))
    except TypeError:
        return False


def _misfit(function: IndexedFunction, binding: Binding, annotation: Any) -> str:
    return (
        f"Function {function.name}: the annotation {annotation!r} does not fit the binding "
        f"{binding.name} of type {binding.kind}."
    )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
