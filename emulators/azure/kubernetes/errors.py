"""Failures as the API server words them: one exception that carries a Status object."""

import json
from dataclasses import dataclass
from typing import Any

from emulators.azure.kubernetes.kinds import Kind, Object


@dataclass(frozen=True, slots=True)
class FieldError:
    """One invalid field: `reason` is a machine's word for it, `message` what a person reads."""

    field: str
    reason: str
    message: str

    @property
    def cause(self) -> Object:
        return {"reason": self.reason, "message": self.message, "field": self.field}


def required(field: str, detail: str = "") -> FieldError:
    message = f"Required value: {detail}" if detail else "Required value"
    return FieldError(field, "FieldValueRequired", message)


def invalid(field: str, value: str, detail: str) -> FieldError:
    """`value` is already written as Go prints it: quoted for text, bare for numbers."""
    return FieldError(field, "FieldValueInvalid", f"Invalid value: {value}: {detail}")


def not_supported(field: str, value: str, supported: tuple[str, ...]) -> FieldError:
    listed = ", ".join(f'"{each}"' for each in supported)
    message = f'Unsupported value: "{value}": supported values: {listed}'
    return FieldError(field, "FieldValueNotSupported", message)


def duplicate(field: str, value: str) -> FieldError:
    return FieldError(field, "FieldValueDuplicate", f"Duplicate value: {value}")


def forbidden(field: str, detail: str) -> FieldError:
    return FieldError(field, "FieldValueForbidden", f"Forbidden: {detail}")


class ApiError(Exception):
    """A request that the API server refuses."""

    def __init__(
        self,
        code: int,
        reason: str,
        message: str,
        details: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.message = message
        self.details = details
        self.metadata = metadata or {}

    @property
    def status(self) -> Object:
        """The Status object that goes over the wire."""
        status: Object = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": self.metadata,
            "status": "Failure",
            "message": self.message,
        }
        if self.reason:
            status["reason"] = self.reason
        if self.details is not None:
            status["details"] = self.details
        return status | {"code": self.code}


def _about(kind: Kind, name: str) -> dict[str, Any]:
    group = {"group": kind.group} if kind.group else {}
    return {"name": name, **group, "kind": kind.plural}


def not_found(kind: Kind, name: str) -> ApiError:
    message = f'{kind.qualified_resource} "{name}" not found'
    return ApiError(404, "NotFound", message, _about(kind, name))


def already_exists(kind: Kind, name: str, leaving: bool = False) -> ApiError:
    """`leaving`: the object that is in the way is being deleted."""
    message = f'{kind.qualified_resource} "{name}" already exists'
    if leaving:
        message = f"object is being deleted: {message}"
    return ApiError(409, "AlreadyExists", message, _about(kind, name))


def conflict(kind: Kind, name: str, detail: str) -> ApiError:
    message = f'Operation cannot be fulfilled on {kind.qualified_resource} "{name}": {detail}'
    return ApiError(409, "Conflict", message, _about(kind, name))


def modified(kind: Kind, name: str) -> ApiError:
    return conflict(
        kind,
        name,
        "the object has been modified; please apply your changes to the latest version"
        " and try again",
    )


def other_uid(kind: Kind, live: Object, asked: str) -> ApiError:
    """An update that was meant for an object of the same name that lived before."""
    metadata = live["metadata"]
    place = "/".join(each for each in (metadata.get("namespace"), metadata["name"]) if each)
    return conflict(
        kind,
        metadata["name"],
        f"StorageError: invalid object, Code: 4, Key: /registry/{kind.plural}/{place},"
        " ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition:"
        f" {asked}, UID in object meta: {metadata['uid']}",
    )


def forbidden_in_terminating_namespace(kind: Kind, name: str, namespace: str) -> ApiError:
    message = (
        f'{kind.qualified_resource} "{name}" is forbidden: unable to create new content in'
        f" namespace {namespace} because it is being terminated"
    )
    cause = {
        "reason": "NamespaceTerminating",
        "message": f"namespace {namespace} is being terminated",
        "field": "metadata.namespace",
    }
    return ApiError(403, "Forbidden", message, _about(kind, name) | {"causes": [cause]})


_REASONS = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    409: "Conflict",
    422: "Invalid",
    429: "TooManyRequests",
    500: "InternalError",
    503: "ServiceUnavailable",
    504: "Timeout",
}


def denied(webhook: str, code: int, message: str) -> ApiError:
    """`webhook`: empty for another admission plugin, whose message is complete."""
    text = f'admission webhook "{webhook}" denied the request: {message}' if webhook else message
    return by_status(code, "", text)


def by_status(code: int, reason: str, message: str) -> ApiError:
    """Any refusal; `reason` and `message` as usual for the code where they are empty."""
    usual = _REASONS.get(code, "")
    return ApiError(code, reason or usual, message or reason or usual)


def invalid_options(options: str, error: FieldError) -> ApiError:
    """`options`: CreateOptions and the like, which are the query parameters of a request."""
    details = {"group": "meta.k8s.io", "kind": options, "causes": [error.cause]}
    message = f'{options}.meta.k8s.io "" is invalid: {error.field}: {error.message}'
    return ApiError(422, "Invalid", message, details)


def invalid_patch(shown: str, problem: str) -> ApiError:
    """`shown`: the patch, or what it made of the object, as Go prints it."""
    error = invalid("patch", json.dumps(shown, ensure_ascii=False), problem)
    message = f' "" is invalid: patch: {error.message}'
    return ApiError(422, "Invalid", message, {"causes": [error.cause]})


def invalid_scale(name: str, error: FieldError) -> ApiError:
    """A Scale is known by no group, whatever it scales."""
    details = {"name": name, "kind": "Scale", "causes": [error.cause]}
    message = f'Scale "{name}" is invalid: {error.field}: {error.message}'
    return ApiError(422, "Invalid", message, details)


def invalid_object(kind: Kind, name: str, errors: list[FieldError]) -> ApiError:
    texts = list(dict.fromkeys(f"{each.field}: {each.message}" for each in errors))
    listed = texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"
    group = {"group": kind.group} if kind.group else {}
    details = {
        **({"name": name} if name else {}),
        **group,
        "kind": kind.kind,
        "causes": [each.cause for each in errors],
    }
    message = f'{kind.qualified_kind} "{name}" is invalid: {listed}'
    return ApiError(422, "Invalid", message, details)


def bad_request(message: str) -> ApiError:
    return ApiError(400, "BadRequest", message)


def pod_unreachable(address: str, port: int) -> ApiError:
    dial = f"dial tcp {address}:{port}: connect: connection refused"
    message = f"error trying to reach service: {dial}"
    return ApiError(503, "ServiceUnavailable", message)


def unauthorized() -> ApiError:
    return ApiError(401, "Unauthorized", "Unauthorized")


def unknown_resource() -> ApiError:
    message = "the server could not find the requested resource"
    return ApiError(404, "NotFound", message, {})


def method_not_allowed() -> ApiError:
    message = "the server does not allow this method on the requested resource"
    return ApiError(405, "MethodNotAllowed", message, {})


def unsupported_media_type(supported: tuple[str, ...]) -> ApiError:
    message = (
        "the body of the request was in an unknown format - accepted media types include:"
        f" {', '.join(supported)}"
    )
    return ApiError(415, "UnsupportedMediaType", message, {})


def expired_list() -> ApiError:
    message = "The resourceVersion for the provided list is too old."
    return ApiError(410, "Expired", message)


def expired_continue(token: str) -> ApiError:
    """`token` goes on all the same, with what is there by now."""
    message = (
        "The provided continue parameter is too old to display a consistent list result. You can"
        " start a new list without the continue parameter, or use the continue token in this"
        " response to retrieve the remainder of the results. Continuing with the provided token"
        " results in an inconsistent list - objects that were created, modified, or deleted"
        " between the time the first chunk was returned and now may show up in the list."
    )
    return ApiError(410, "Expired", message, metadata={"continue": token})


def version_in_the_future(version: int, current: int) -> ApiError:
    message = f"Timeout: Too large resource version: {version}, current: {current}"
    cause = {"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}
    return ApiError(504, "Timeout", message, {"causes": [cause], "retryAfterSeconds": 1})


def expired(version: int, oldest: int) -> ApiError:
    return ApiError(410, "Expired", f"too old resource version: {version} ({oldest})")
