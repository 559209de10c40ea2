"""Texts of the product that advise a request, as clients show them to people."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.source import name_of, product_modules

ADVISED = re.compile(
    r"\b(?:GET|POST|PUT|DELETE|PATCH) /[a-z]+\b|\b(?:by|with) PUT\b|\bSend DELETE\b|\?force="
)
"""A request of the API, and not one to Azure."""
DESCRIPTIONS = frozenset({"description", "summary"})
"""Of the OpenAPI document, which is about requests."""
ELSEWHERE = frozenset({"domain/serving/gateway/process.py", "triggers/openapi.py"})
"""A request to Envoy, and the introduction of the document."""


def advised_requests() -> Iterator[tuple[str, str]]:
    """Each with its module; `x` stands for what is filled in."""
    for module in product_modules():
        if name_of(module) not in ELSEWHERE:
            yield from ((name_of(module), text) for text in _texts(module) if ADVISED.search(text))


def _texts(module: Path) -> Iterator[str]:
    tree = ast.parse(module.read_text())
    others = {id(each) for node in ast.walk(tree) for each in _no_texts(node)}
    for node in ast.walk(tree):
        if id(node) not in others:
            yield from _text(node)


def _no_texts(node: ast.AST) -> Iterator[ast.AST]:
    """Docstrings, descriptions, and the parts of a text."""
    match node:
        case ast.Expr(value=ast.Constant() as text):
            yield text
        case ast.keyword(arg=name, value=value) if name in DESCRIPTIONS:
            yield from ast.walk(value)
        case ast.JoinedStr():
            yield from (each for each in ast.walk(node) if each is not node)


def _text(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Constant(value=str() as text):
            yield text
        case ast.JoinedStr(values=parts):
            yield "".join(
                str(each.value) if isinstance(each, ast.Constant) else "x" for each in parts
            )
