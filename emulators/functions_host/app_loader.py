"""Loads a function app from its folder, as the Python worker does in Azure."""

import importlib
import inspect
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import azure.functions as func

from emulators.functions_host import deferred_bindings, worker_rules
from emulators.functions_host.functions import Binding, FunctionIndex, IndexedFunction

APP_MODULE = "function_app"
_IN = 0


class AppLoadError(Exception):
    """The app cannot be run; the message is one plain sentence, the cause is the app's own."""


def load_app(app_dir: Path) -> FunctionIndex:
    """Make the folder the working and import folder, then index `function_app`'s app."""
    if not app_dir.is_dir():
        raise AppLoadError(f"There is no folder {app_dir}.")
    if not (app_dir / f"{APP_MODULE}.py").is_file():
        raise AppLoadError(f"There is no {APP_MODULE}.py in {app_dir}.")
    os.chdir(app_dir)
    sys.path.insert(0, str(app_dir))
    try:
        module = importlib.import_module(APP_MODULE)
    except (Exception, SystemExit) as error:
        sentence = str(error).rstrip(".")
        raise AppLoadError(f"{APP_MODULE}.py could not be imported: {sentence}.") from error
    app = _the_app_in(vars(module))
    try:
        # Once per process: a second call finds its own functions registered already.
        functions = app.get_functions()
    except Exception as error:
        raise AppLoadError(f"The functions of the app are not valid: {error}") from error
    if not functions:
        raise AppLoadError(f"The app in {APP_MODULE}.py has no functions.")
    return FunctionIndex(
        index_function(function) for function in functions if not _is_disabled(function)
    )


def _the_app_in(names: dict[str, Any]) -> Any:
    apps = {
        id(value): value for value in names.values() if isinstance(value, func.FunctionRegister)
    }
    if not apps:
        raise AppLoadError(f"{APP_MODULE}.py defines no function app at its top level.")
    if len(apps) > 1:
        raise AppLoadError(f"{APP_MODULE}.py defines more than one function app.")
    return next(iter(apps.values()))


def _is_disabled(function: Any) -> bool:
    setting = os.environ.get(f"AzureWebJobs.{function.get_function_name()}.Disabled", "")
    return setting.lower() in {"1", "true"}


def _wants_context(call: Callable[..., Any], trigger_parameter: str) -> bool:
    """`context` is the invocation's, unless it is the name of the trigger's parameter."""
    parameters = inspect.signature(call).parameters
    return worker_rules.CONTEXT in parameters and trigger_parameter != worker_rules.CONTEXT


def _settlement_parameter(
    call: Callable[..., Any], bindings: Iterable[Any], annotations: Mapping[str, Any]
) -> str | None:
    """It has no binding; the worker knows it by its type, if it is the only such parameter."""
    bound = {binding.name for binding in bindings}
    unbound = set(inspect.signature(call).parameters) - bound - {worker_rules.CONTEXT}
    if len(unbound) != 1:
        return None
    name = unbound.pop()
    return name if deferred_bindings.is_settlement_client(annotations.get(name)) else None


def index_function(function: Any) -> IndexedFunction:
    trigger = function.get_trigger()
    others = [binding for binding in function.get_bindings() if binding is not trigger]
    call = function.get_user_function()
    try:
        annotations = worker_rules.annotations_of(function.get_function_name(), call)
    except worker_rules.WorkerRuleError as error:
        raise AppLoadError(str(error)) from error.__cause__
    annotation = annotations.get(trigger.name)
    indexed = IndexedFunction(
        name=function.get_function_name(),
        trigger_kind=trigger.type,
        trigger_parameter=trigger.name,
        trigger_settings=trigger.get_dict_repr(),
        call=call,
        is_async=inspect.iscoroutinefunction(call),
        wants_context=_wants_context(call, trigger.name),
        inputs=tuple(Binding(b.name, b.type) for b in others if b.direction == _IN),
        outputs=tuple(Binding(b.name, b.type) for b in others if b.direction != _IN),
        trigger_annotation=annotation,
        takes_sdk_type=deferred_bindings.is_sdk_type(annotation),
        settlement_parameter=_settlement_parameter(call, function.get_bindings(), annotations),
    )
    try:
        worker_rules.check(indexed, annotations)
    except worker_rules.WorkerRuleError as error:
        raise AppLoadError(str(error)) from error.__cause__
    return indexed
