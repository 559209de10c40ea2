import asyncio
import gzip
import re

import azure.functions as func
import pytest

from triggers.portal import (
    FOLDER,
    answer_file,
    answer_page,
    http_portal_file,
    load_portal,
    redirect_to_docs,
)

FIRST_LOAD_BYTES = 150_000
"""Compressed, as a person on a slow connection loads it."""


def page_text() -> str:
    return load_portal().page.decode()


def test_the_page_names_files_of_its_version_only():
    page = answer_page()
    named = re.findall(r'(?:src|href)="/portal/([^/]+)/([^"]+)"', page.get_body().decode())
    assert {version for version, _ in named} == {load_portal().version}
    assert all(answer_file(*each).status_code == 200 for each in named)
    assert page.headers["Cache-Control"] == "no-cache"


def test_the_page_names_what_the_first_screen_imports_and_no_other_screen():
    preloaded = re.findall(r'modulepreload" href="/portal/[^/]+/([^"]+)"', page_text())
    assert {"main.js", "vendor/hooks.js", "screens/environments.js"} <= set(preloaded)
    screens = [name for name in preloaded if name.startswith("screens/")]
    assert screens == ["screens/environments.js"]


def test_every_module_finds_what_it_imports():
    files = load_portal().files
    for name, content in files.items():
        for path in re.findall(r'(?:from ?|import\()"([^"]+)"', content.decode()):
            found = (FOLDER / name).parent.joinpath(path).resolve().relative_to(FOLDER)
            assert path.startswith("."), f"{name} imports {path}, which no browser finds"
            assert found.as_posix() in files, f"{name} imports {path}"


@pytest.mark.parametrize(
    ("name", "mimetype"),
    [("main.js", "text/javascript"), ("style.css", "text/css"), ("icon.svg", "image/svg+xml")],
)
def test_files_are_kept_for_a_year_and_bound_by_the_policy(name: str, mimetype: str):
    answer = answer_file(load_portal().version, name)
    assert answer.mimetype == mimetype
    assert "immutable" in answer.headers["Cache-Control"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "name", ["", "index.html", "vendor/README.md", "../function_app.py", "nothing.js"]
)
def test_nothing_else_is_served(name: str):
    assert answer_file(load_portal().version, name).status_code == 404


def test_a_version_is_no_file():
    """The route has the rest of the path only where there is one."""
    request = func.HttpRequest("GET", "/portal/x", route_params={"version": "x"}, body=b"")
    answer = asyncio.run(http_portal_file(request))
    assert answer.status_code == 404


def test_docs_lead_to_the_reference_in_the_page():
    answer = redirect_to_docs()
    assert (answer.status_code, answer.headers["Location"]) == (302, "/portal#/docs")


def test_a_file_of_another_version_is_not_found():
    assert answer_file("0" * 16, "main.js").status_code == 404


def test_the_first_load_is_small():
    portal = load_portal()
    sizes = (len(gzip.compress(each)) for each in (portal.page, *portal.files.values()))
    assert sum(sizes) < FIRST_LOAD_BYTES


def test_nothing_needs_an_inline_script_or_style():
    page = page_text()
    assert re.search(r"<style| style=", page) is None
    assert re.search(r"<script(?![^>]* src=)", page) is None
    for name, content in load_portal().files.items():
        assert " style=" not in content.decode(), name
