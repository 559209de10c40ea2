"""The repository's own source, as the architecture tests read it."""

import ast
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
PRODUCT_FOLDERS = ("activities", "clients", "domain", "orchestrators", "triggers")
TESTS = REPOSITORY / "emulators" / "tests"
OTHER_FOLDERS = ("benchmarks", "cli/src", "emulators")
GENERATED = REPOSITORY / "cli/src/gridplane/api_types.py"


def product_modules() -> list[Path]:
    """Everything that is published to Azure."""
    return [REPOSITORY / "function_app.py", *_modules(PRODUCT_FOLDERS)]


def all_modules() -> list[Path]:
    """Everything but tests."""
    return [*product_modules(), *_modules(OTHER_FOLDERS)]


def name_of(module: Path) -> str:
    return str(module.relative_to(REPOSITORY))


def imports_of(module: Path) -> Iterator[str]:
    """Names of the modules that it imports, also inside functions."""
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def _modules(folders: tuple[str, ...]) -> list[Path]:
    found = [path for each in folders for path in sorted((REPOSITORY / each).rglob("*.py"))]
    return [path for path in found if TESTS not in path.parents and path != GENERATED]
