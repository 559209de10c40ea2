"""Modules stay small enough to be read at once, and say what they are for."""

import ast
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from tests.architecture.source import (
    PRODUCT_FOLDERS,
    REPOSITORY,
    all_modules,
    imports_of,
    name_of,
    product_modules,
)

LONGEST_MODULE = 400
LONGEST_STORY = 60
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
DEFINED_IN_MANY = {"logger"}
"""Each module logs under the name of its folder."""

SAY_NOTHING = {"manager", "helper", "helpers", "util", "utils", "common", "base"}


def names(modules: Iterable[Path], offends: Callable[[Path], object]) -> list[str]:
    return [name_of(module) for module in modules if offends(module)]


def tree(module: Path) -> ast.Module:
    return ast.parse(module.read_text())


def test_no_module_is_longer_than_can_be_read_at_once():
    assert names(all_modules(), lambda m: m.read_text().count("\n") > LONGEST_MODULE) == []


def test_every_module_says_what_it_is_for():
    assert names(all_modules(), lambda m: not ast.get_docstring(tree(m))) == []


def test_nothing_is_left_for_later():
    assert names(all_modules(), lambda m: UNFINISHED.search(m.read_text())) == []


def test_every_modules_name_says_something():
    assert names(all_modules(), lambda m: SAY_NOTHING & set(m.stem.split("_"))) == []


def test_each_story_fits_on_one_screen():
    too_long = [
        f"{name_of(module)}: {function.name}"
        for module in (REPOSITORY / "orchestrators").glob("*.py")
        for function in ast.walk(tree(module))
        if isinstance(function, ast.FunctionDef)
        and (function.end_lineno or 0) - function.lineno >= LONGEST_STORY
    ]
    assert too_long == []


def test_nobody_imports_the_composition_root():
    assert names(product_modules(), lambda m: "function_app" in set(imports_of(m))) == []


def test_the_product_reads_its_environment_in_one_place():
    read = names(
        product_modules(), lambda m: re.search(r"\bos\.(environ|getenv)\b", m.read_text())
    )
    assert set(read) == {"clients/settings.py", "function_app.py"}


def test_no_module_of_the_product_keeps_state_of_its_own():
    """Functions hosts run many processes: what one keeps, another does not know."""
    assert names(product_modules()[1:], lambda m: empty_containers(tree(m))) == []


def empty_containers(module: ast.Module) -> list[str]:
    """Names on module level that begin empty, so that they can only be there to be filled."""
    return [
        ast.unparse(node)
        for node in module.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        and node.value is not None
        and re.fullmatch(
            r"\{\}|\[\]|(dict|list|set|defaultdict)(\[.*\])?\(\w*\)", ast.unparse(node.value)
        )
    ]


def test_no_two_modules_define_the_same_name():
    """A name that means two things is misread where it is used, and found twice in a search.

    function_app registers functions under the names that they have in `triggers`.
    """
    homes: defaultdict[str, list[str]] = defaultdict(list)
    for module in product_modules()[1:]:
        for name in sorted(set(public_names(tree(module))) - DEFINED_IN_MANY):
            homes[name].append(name_of(module))
    assert len(homes) > 500
    assert {name: found for name, found in homes.items() if len(found) > 1} == {}


def public_names(module: ast.Module) -> Iterator[str]:
    """Classes, functions, constants and type aliases on module level."""
    for node in module.body:
        match node:
            case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                defined = [node.name]
            case ast.TypeAlias():
                defined = [ast.unparse(node.name)]
            case ast.Assign() | ast.AnnAssign():
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                parts = [part for target in targets for part in ast.walk(target)]
                defined = [part.id for part in parts if isinstance(part, ast.Name)]
            case _:
                continue
        yield from (name for name in defined if not name.startswith("_"))


def test_every_symbol_has_one_home():
    """`__all__` is there to offer names of other modules."""
    assert names(all_modules(), lambda m: "__all__" in m.read_text()) == []


def test_the_product_is_what_stands_in_its_folders():
    assert all((REPOSITORY / folder / "__init__.py").exists() for folder in PRODUCT_FOLDERS)


def test_the_domain_borrows_nothing_but_types_of_request_bodies():
    """For type checkers, whose imports the import contracts leave out."""
    borrowed = {
        name
        for module in (REPOSITORY / "domain").rglob("*.py")
        for name in imports_for_type_checkers(tree(module))
    }
    assert borrowed == {"azure.mgmt.cdn.types", "azure.mgmt.containerservice.types"}


def imports_for_type_checkers(module: ast.Module) -> set[str]:
    return {
        ast.unparse(node).split()[1]
        for block in ast.walk(module)
        if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING"
        for node in block.body
    }
