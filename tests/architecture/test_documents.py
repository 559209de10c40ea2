"""Documents name what exists: links, files, symbols, make targets, log lines, phases."""

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.source import REPOSITORY, name_of
from tests.architecture.test_alerts import formats_of_log_lines
from tests.support.access_table import DOCUMENT as ACCESS
from tests.support.access_table import read_access, render_access
from tests.support.documents import (
    anchors,
    code_block,
    code_spans,
    documents,
    relative_links,
)
from tests.support.phase_diagram import DOCUMENT, read_phases, render_phases

ARCHITECTURE = REPOSITORY / "docs/architecture.md"
README = REPOSITORY / "README.md"
FOLDERS = (
    *("activities", "benchmarks", "cli", "clients", "docs", "domain", "emulators", "examples"),
    *("infra", "orchestrators", "tests", "triggers"),
)
PATH = re.compile(rf"((?:{'|'.join(FOLDERS)})/[\w./-]*)(?:: (\w+))?")
LOG_LINE = re.compile(r"\S+Z \w+ ([\w.]+): (.*?)((?: \w+=\S*)+)")
FIELDS = {"environment", "operation", "resource_id", "duration_ms"}
COLLOQUIAL = re.compile(r"\b(somebody|nobody|anybody|whoever|news|told)\b", re.IGNORECASE)

every_document = pytest.mark.parametrize(
    "document", [pytest.param(each, id=name_of(each)) for each in documents()]
)


@every_document
def test_every_relative_link_leads_to_a_file_and_a_heading(document: Path):
    broken = [
        f"{target}#{anchor}"
        for target, anchor in relative_links(document)
        if not target.exists() or (anchor and anchor not in anchors(target))
    ]
    assert broken == []


@every_document
def test_every_path_that_is_named_exists(document: Path):
    paths = [found for span in code_spans(document) if (found := PATH.fullmatch(span))]
    missing = [
        found[0]
        for found in paths
        if not (REPOSITORY / found[1]).exists()
        or (found[2] and found[2] not in symbols(REPOSITORY / found[1]))
    ]
    assert missing == []


@every_document
def test_every_make_target_that_is_named_exists(document: Path):
    makefile = (REPOSITORY / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    named = set(re.findall(r"(?:^|`)make ([a-z][a-z-]*)", document.read_text(), re.MULTILINE))
    assert named - targets == set()


@every_document
def test_no_document_is_colloquial(document: Path):
    text = re.sub(r"https?://\S*", "", document.read_text())
    assert COLLOQUIAL.findall(text) == []


def test_the_table_of_access_is_that_of_the_routes():
    assert read_access(ACCESS.read_text()) == render_access(), (
        "Run `python -m tests.support.access_table`."
    )


def test_the_phase_diagram_shows_the_transition_table():
    assert read_phases(DOCUMENT.read_text()) == render_phases(), (
        "Run `python -m tests.support.phase_diagram`."
    )


def test_every_documented_log_line_is_one_that_the_app_writes():
    lines = code_block(ARCHITECTURE, "log").splitlines()
    formats = [as_expression(text) for text in formats_of_log_lines()]
    fields: set[str] = set()
    for line in lines:
        parts = LOG_LINE.fullmatch(line)
        assert parts, line
        assert any(re.fullmatch(each, parts[2]) for each in formats), line
        fields |= set(re.findall(r" (\w+)=", parts[3]))
    assert fields == FIELDS


def test_the_documented_query_finds_documented_log_lines():
    lines = code_block(ARCHITECTURE, "log")
    conditions = re.findall(
        r'Message (?:contains|startswith) "([^"]+)"', code_block(ARCHITECTURE, "kql")
    )
    assert conditions
    assert [each for each in conditions if each not in lines] == []


def test_the_readme_shows_limits_and_links_before_line_100_and_stays_short():
    lines = README.read_text().splitlines()
    assert max(lines.index("## Known limits"), lines.index("## Links")) < 100
    assert len(lines) <= 130


def symbols(module: Path) -> set[str]:
    return {
        node.name
        for node in ast.walk(ast.parse(module.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }


def as_expression(text: str) -> str:
    """A format of `logging`, whose placeholders stand for any text but none that is empty."""
    return r"%[sd]".join(re.escape(part) for part in re.split(r"%[sd]", text)).replace(
        "%[sd]", ".*"
    )
