"""Checks a request body against the SDK's own models: names of fields and values of enums."""

import importlib
import typing
from enum import Enum
from typing import Any


def find_unknown(body: object, model: Any, path: str = "") -> list[str]:
    """Paths in the body that the SDK's model does not know."""
    candidates = [arg for arg in _flatten(model) if isinstance(arg, type)]
    enums = [arg for arg in candidates if issubclass(arg, Enum)]
    models = [arg for arg in candidates if any(b.__name__ == "Model" for b in arg.__mro__)]
    if isinstance(body, dict) and models:
        return _unknown_fields(body, models[0], path)
    if isinstance(body, list) and typing.get_origin(model := _unwrap(model)) is list:
        (item,) = typing.get_args(model)
        return [
            u for i, value in enumerate(body) for u in find_unknown(value, item, f"{path}[{i}]")
        ]
    if isinstance(body, str) and enums and body not in {member.value for member in enums[0]}:
        return [f"{path}={body}"]
    return []


def _unknown_fields(body: dict[str, Any], model: Any, path: str) -> list[str]:
    model = _discriminated(model, body)
    types = field_types(model)
    return [
        unknown
        for name, value in body.items()
        for unknown in (
            find_unknown(value, types[name], f"{path}.{name}")
            if name in types
            else [f"{path}.{name}"]
        )
    ]


def field_types(model: Any) -> dict[str, Any]:
    """The type of each field of the model by its name in JSON."""
    package = importlib.import_module(model.__module__.rpartition(".")[0])
    module = importlib.import_module(model.__module__)
    hints: dict[str, Any] = {}
    for parent in reversed(model.__mro__):
        if "__annotations__" in vars(parent) and parent.__module__ == model.__module__:
            everything = {**vars(module), **vars(package), "_models": package}
            hints |= typing.get_type_hints(parent, everything, everything)
    return {field._rest_name: hints.get(name) for name, field in _fields(model).items()}


def read_only_fields(model: Any) -> set[str]:
    return {field._rest_name for field in _fields(model).values() if field._visibility == ["read"]}


def nested_models(model: Any) -> list[Any]:
    """The models of the writable fields, of all depths."""
    read_only = read_only_fields(model)
    direct = [
        each
        for name, hint in field_types(model).items()
        if name not in read_only
        for each in _models_in(hint)
    ]
    return [*direct, *(deeper for each in direct for deeper in nested_models(each))]


def _models_in(hint: Any) -> list[Any]:
    if isinstance(hint, type) and any(b.__name__ == "Model" for b in hint.__mro__):
        return [hint]
    return [each for argument in typing.get_args(hint) for each in _models_in(argument)]


def _fields(model: Any) -> dict[str, Any]:
    model({})  # The first instance fills the class's table of fields.
    return model._attr_to_rest_field


def _discriminated(model: Any, body: dict[str, Any]) -> Any:
    known = getattr(model, "__mapping__", {})
    return known.get(body.get("type"), model)


def _unwrap(model: Any) -> Any:
    return next((arg for arg in _flatten(model) if typing.get_origin(arg) is list), model)


def _flatten(model: Any) -> list[Any]:
    origin = typing.get_origin(model)
    if origin in (None, list, dict):
        return [model]
    return [flat for arg in typing.get_args(model) for flat in _flatten(arg)]
