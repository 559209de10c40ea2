"""Imports what the processes of a stack import; see `tests/support/forked.py`.

Neither `function_app.py`, which reads settings, nor what starts a thread.
"""

import gc
from importlib import import_module
from pkgutil import walk_packages

import activities
import clients
import domain
import emulators.azure
import emulators.functions_host
import orchestrators
import triggers

for package in (
    domain,
    clients,
    activities,
    orchestrators,
    triggers,
    emulators.functions_host,
    emulators.azure,
):
    for module in walk_packages(package.__path__, f"{package.__name__}."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
for name in ("azure.identity.aio", "azure.servicebus.aio"):  # imported where they are first used
    import_module(name)
gc.freeze()
