"""Checks what can be checked of infra/bicep without the Bicep compiler.

Every file is parsed; every module call and every file of parameters is compared with the template
that it names, and every output that is used with those that there are. Types, properties and API
versions are not looked at.
"""

import re
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from lark.exceptions import LarkError
from pycep import BicepParser

FOLDER = Path(__file__).resolve().parent
USING = re.compile(r"^using '([^']+)'$", re.MULTILINE)
OUTPUT = re.compile(r"\b(\w+)\.outputs\.(\w+)")

type Template = Mapping[str, Any]


def read_templates() -> dict[Path, Template]:
    return {path: parse(path, path.read_text()) for path in sorted(FOLDER.rglob("*.bicep"))}


def parse(path: Path, text: str) -> Template:
    """Raises ValueError with the file's name."""
    try:
        return _parser().parse(text=text)
    except LarkError as error:
        raise ValueError(f"{path.relative_to(FOLDER)}: {error}") from error


@cache
def _parser() -> BicepParser:
    """Its grammar takes a fifth of a second to read."""
    return BicepParser()


def read_parameters(path: Path) -> tuple[Path, dict[str, Any]]:
    """The template and the values, which a parser of templates reads if they are variables."""
    text = path.read_text()
    template = USING.search(text)
    if not template:
        raise ValueError(f"{path.name}: it has no `using '<template>'`")
    as_variables = re.sub(r"^param ", "var ", USING.sub("", text), flags=re.MULTILINE)
    variables = parse(path, as_variables)["variables"]
    values = {name: variable["value"] for name, variable in variables.items()}
    return (path.parent / template[1]).resolve(), values


def compare_names(caller: str, given: Mapping[str, Any], template: Template) -> Iterator[str]:
    known = template["parameters"]
    required = {name for name, each in known.items() if each["default"] is None}
    yield from (f"{caller}: {name} has no value" for name in sorted(required - set(given)))
    yield from (f"{caller}: {name} is no parameter" for name in sorted(set(given) - set(known)))


def check_allowed(caller: str, given: Mapping[str, Any], template: Template) -> Iterator[str]:
    for name, parameter in template["parameters"].items():
        for decorator in parameter["decorators"]:
            if decorator["type"] != "allowed" or name not in given:
                continue
            if given[name] not in decorator["argument"]:
                yield f"{caller}: {name} may not be {given[name]}"


def check_modules(path: Path, templates: Mapping[Path, Template]) -> Iterator[str]:
    called: dict[str, Template] = {}
    for name, module in templates[path].get("modules", {}).items():
        called[name] = templates[(path.parent / module["detail"]["path"]).resolve()]
        caller = f"{path.name}, module {name}"
        yield from compare_names(caller, module["config"]["params"], called[name])
    for name, output in OUTPUT.findall(path.read_text()):
        if output not in called.get(name, {}).get("outputs", {}):
            yield f"{path.name}: {name} has no output {output}"


def find_problems() -> Iterator[str]:
    templates = read_templates()
    for path in templates:
        yield from check_modules(path, templates)
    for path in sorted(FOLDER.rglob("*.bicepparam")):
        template, values = read_parameters(path)
        yield from compare_names(path.name, values, templates[template])
        yield from check_allowed(path.name, values, templates[template])


def main() -> int:
    try:
        problems = list(find_problems())
    except ValueError as error:
        problems = [str(error)]
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
