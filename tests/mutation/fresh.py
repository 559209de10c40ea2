"""Runs survivors again in processes of their own.

mutmut forks after everything was imported. What a function did during the import (tables of the
product, parameters of the tests) was done unchanged then, so that its mutants survive by mistake.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from tests.mutation.mutants import (
    FOLDER,
    SURVIVED,
    UNTESTED,
    Mutant,
    is_named,
    load_mutants,
    mark_killed,
)

AT_ONCE = 2
TIMEOUT_SECONDS = 120.0
FAILED = frozenset({1, 2})
"""A test failed, or could not even be collected."""

type TestsByFunction = Mapping[str, list[str]]


def rerun_doubtful_survivors(names: Sequence[str]) -> None:
    stats = json.loads((FOLDER / "mutmut-stats.json").read_text())
    first_test = next(iter(stats["duration_by_test"]))
    tests: TestsByFunction = stats["tests_by_mangled_function_name"]
    again = [
        each
        for each in load_mutants()
        if is_named(each, names) and is_doubtful(each, tests, first_test)
    ]
    print(f"{len(again)} survivors whose functions run during imports are run again")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        killed = pool.map(lambda mutant: is_killed(mutant, tests), again)
        for mutant, is_dead in zip(again, killed, strict=True):
            if is_dead:
                mark_killed(mutant)


def is_doubtful(mutant: Mutant, tests: TestsByFunction, first_test: str) -> bool:
    """The first test is said to have called whatever the imports called."""
    called_by = tests.get(mutant.mangled, [])
    return mutant.status in {SURVIVED, UNTESTED} and first_test in called_by


def is_killed(mutant: Mutant, tests: TestsByFunction) -> bool:
    folder = f"tests/unit/{mutant.room}"
    files = {folder} | {
        file
        for test in tests.get(mutant.mangled, [])
        if not (file := test.partition("::")[0]).startswith(f"{folder}/")
    }
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *files]
    options = ["--ignore=tests/unit/domain/test_ugly_inputs.py", "--rootdir=."]
    try:
        done = subprocess.run(
            [*command, *options],
            cwd=FOLDER,
            env={**os.environ, "MUTANT_UNDER_TEST": mutant.name},
            capture_output=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return True
    return done.returncode in FAILED
