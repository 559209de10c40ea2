"""Keeps the SDKs' own logs out of the app's."""

import logging

CHATTY = ("azure", "httpx2", "uamqp")
"""They log several lines for each request. In Azure the worker hands on whatever is logged within
a function as that function's own log, so host.json's level of the category `Azure` is no help."""


def limit_sdk_logs() -> None:
    """From now on only their warnings and errors."""
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
