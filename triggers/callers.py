"""Reads from a request's headers who sent it."""

import uuid

import azure.functions as func

from domain.problem import Problem
from domain.requests.caller import Caller, parse_traceparent
from triggers.queries import read_header

REQUEST_ID = "Repeatability-Request-ID"


def read_caller(req: func.HttpRequest) -> Caller | Problem:
    request_id = read_header(req, REQUEST_ID)
    if request_id is not None and not _is_uuid(request_id):
        return Problem("InvalidHeader", "Send a UUID.", f"header {REQUEST_ID}")
    return Caller(
        request_id=request_id, traceparent=parse_traceparent(read_header(req, "traceparent"))
    )


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
