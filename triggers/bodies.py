"""Decodes the JSON bodies of requests and messages."""

import json

from domain.problem import Problem


def decode_json(body: bytes) -> object | Problem:
    """The decoded value, or the problem InvalidJson."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:  # nested too deeply: RecursionError
        return Problem("InvalidJson", f"The body is not valid JSON: {error}.", "")
