"""Refusals over HTTP: a status, and a sentence in XML."""

from dataclasses import dataclass

MORE = "To know more visit https://aka.ms/sbResourceMgrExceptions."


@dataclass(frozen=True, slots=True)
class Refusal(Exception):
    status: int
    detail: str


def bad_request(text: str) -> Refusal:
    return Refusal(400, f"SubCode=40000. Bad Request. {text} {MORE} .")


def cannot_change(name: str) -> Refusal:
    return bad_request(f"The value for the {name} property of an existing entity is fixed.")


def not_simulated(name: str) -> Refusal:
    return bad_request(f"{name} is not simulated.")


def conflict() -> Refusal:
    text = "You're requesting an operation that isn't allowed in the resource's current state."
    return Refusal(409, f"SubCode=40900. Conflict. {text} {MORE} .")


def subscription_exists(path: str) -> Refusal:
    return Refusal(409, f"The messaging entity '{path}' already exists. {MORE} ")


def not_hosted() -> Refusal:
    return Refusal(404, "No service is hosted at the specified address.")


def not_found(address: str) -> Refusal:
    return Refusal(404, f"The messaging entity '{address}' could not be found. {MORE} ")


def unauthorized(operation: str, address: str) -> Refusal:
    return Refusal(
        401,
        f"SubCode=40100: Unauthorized : Unauthorized access for '{operation}' operation on "
        f"endpoint '{address}'.",
    )


def no_token() -> Refusal:
    return Refusal(
        401,
        "MalformedToken: Invalid authorization header: The request is missing WRAP authorization "
        "credentials.",
    )
