"""Gridplane's REST API over HTTP, where each answer has to be as its document says."""

import httpx

from emulators.stack.api import Api
from tests.support.documented_answers import product_document


class DocumentedApi(Api):
    """What tests against a running stack use."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.event_hooks = {"response": [check_response]}


def check_response(response: httpx.Response) -> None:
    response.read()
    product_document().check(
        response.request.method,
        response.request.url.path,
        response.status_code,
        response.headers,
        response.text,
    )
