"""Decodes what callers send as JSON."""

import json

from domain.problem import Problem


def decode_json(body: bytes) -> object | Problem:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        return Problem("InvalidJson", f"The body is not valid JSON: {error}.", "")
