"""Indexes an app as the worker of Python 3.13 does in Azure, by its own package, and times it.

`python -m emulators.functions_host.index_app FOLDER [PACKAGES]` prints JSON: the functions with
their bindings, and the seconds of processor time that importing and indexing took. `PACKAGES`
comes before what is installed, as `.python_packages` does in Azure.
"""

import asyncio
import importlib
import json
import os
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any


class BindingInfo(SimpleNamespace):
    """The message of the worker's protocol; its directions and data types are numbers."""

    out, inout = 1, 2
    undefined = 0


class Messages:
    """The other messages of the protocol, which only carry fields."""

    BindingInfo = BindingInfo

    def __getattr__(self, name: str) -> Any:
        return SimpleNamespace


def main(arguments: list[str]) -> int:
    folder = Path(arguments[0]).resolve()
    sys.path[:0] = [str(folder), *arguments[1:]]
    os.chdir(folder)
    print(json.dumps(asyncio.run(index_app())))
    return 0


async def index_app() -> dict[str, Any]:
    started = time.process_time()
    loader = importlib.import_module("azure_functions_runtime.loader")
    meta = importlib.import_module("azure_functions_runtime.bindings.meta")
    registry = importlib.import_module("azure_functions_runtime.functions").Registry()
    meta.load_binding_registry()
    runtime_seconds = time.process_time() - started
    functions = loader.index_function_app("function_app.py")
    found, _ = loader.process_indexed_function(Messages(), registry, functions, ".")
    return {
        "functions": {each.name: sorted(each.bindings) for each in found},
        "seconds": round(time.process_time() - started - runtime_seconds, 3),
        "runtimeSeconds": round(runtime_seconds, 3),
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
