"""Refusals of the token endpoint, with the AADSTS codes that Entra documents for them.

The texts follow the documented ones; which of two faults is reported first is assumed.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal(Exception):
    """`error` is the OAuth 2.0 code, `number` the AADSTS one."""

    status: int
    error: str
    number: int
    message: str


def missing_parameter(name: str) -> Refusal:
    return Refusal(
        400,
        "invalid_request",
        900144,
        f"The request body must contain the following parameter: '{name}'.",
    )


def unknown_tenant(tenant: str) -> Refusal:
    return Refusal(
        400,
        "invalid_request",
        90002,
        f"Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are "
        "signing into the correct cloud. Check with your subscription administrator, this may "
        "happen if there are no active subscriptions for the tenant.",
    )


def unknown_application(client_id: str, tenant: str) -> Refusal:
    return Refusal(
        400,
        "unauthorized_client",
        700016,
        f"Application with identifier '{client_id}' was not found in the directory '{tenant}'. "
        "This can happen if the application has not been installed by the administrator of the "
        "tenant or consented to by any user in the tenant. You may have sent your authentication "
        "request to the wrong tenant.",
    )


def wrong_secret(client_id: str) -> Refusal:
    return Refusal(
        401,
        "invalid_client",
        7000215,
        "Invalid client secret provided. Ensure the secret being sent in the request is the "
        "client secret value, not the client secret ID, for a secret added to app "
        f"'{client_id}'.",
    )


def missing_secret() -> Refusal:
    return Refusal(
        401,
        "invalid_client",
        7000218,
        "The request body must contain the following parameter: 'client_assertion' or "
        "'client_secret'.",
    )


def unsupported_grant(grant_type: str) -> Refusal:
    return Refusal(
        400,
        "unsupported_grant_type",
        70003,
        f"The app requested an unsupported grant type '{grant_type}'.",
    )


def invalid_scope(scope: str) -> Refusal:
    return Refusal(
        400,
        "invalid_scope",
        1002012,
        f"The provided value for scope {scope} is not valid. Client credential flows must have a "
        "scope value with /.default suffixed to the resource identifier (application ID URI).",
    )


def unknown_resource(resource: str, tenant: str) -> Refusal:
    return Refusal(
        400,
        "invalid_resource",
        500011,
        f"The resource principal named {resource} was not found in the tenant named {tenant}. "
        "This can happen if the application has not been installed by the administrator of the "
        "tenant or consented to by any user in the tenant. You might have sent your "
        "authentication request to the wrong tenant.",
    )
