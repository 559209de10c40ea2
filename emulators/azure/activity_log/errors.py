"""Refusals of the activity log: flat, as recorded for a start too long ago. Others are assumed."""

from emulators.azure.arm.answers import JSON_WITH_CHARSET, Answer, ArmError


def bad_request(message: str) -> ArmError:
    body = {"code": "BadRequest", "message": message}
    return ArmError(Answer(400, body, content_type=JSON_WITH_CHARSET))


def too_long_ago() -> ArmError:
    return bad_request("The start time cannot be more than 90 days in the past.")


def invalid_filter(text: str) -> ArmError:
    return bad_request(f"The filter '{text}' is not supported.")
