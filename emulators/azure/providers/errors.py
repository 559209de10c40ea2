"""Refusals that have to do with resource providers themselves."""

from emulators.azure.arm.answers import Answer, ArmError
from emulators.azure.arm.errors import MADE_BY_GATEWAY, gateway_error


def not_registered(namespace: str) -> ArmError:
    """Recorded; the same sentence stands in the error and in its only detail."""
    code = "MissingSubscriptionRegistration"
    message = (
        f"The subscription is not registered to use namespace '{namespace}'. "
        "See https://aka.ms/rps-not-found for how to register subscriptions."
    )
    detail = {"code": code, "target": namespace, "message": message}
    body = {"error": {"code": code, "message": message, "details": [detail]}}
    return ArmError(Answer(409, body, MADE_BY_GATEWAY))


def in_use(namespace: str, resource_id: str) -> ArmError:
    """A provider with resources cannot be given up; the text is assumed."""
    return gateway_error(
        409,
        "CannotUnregisterRP",
        f"Cannot unregister resource provider '{namespace}' because the subscription still has "
        f"resources of it: '{resource_id}'. Delete them first.",
    )
