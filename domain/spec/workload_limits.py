"""How large the environment variables and arguments of a workload may be."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from domain.problem import Problem

MAX_STRING_BYTES = 32 * 1024
"""In UTF-8. Linux starts no process with a string of its arguments or environment above 128 KiB
(execve(2), MAX_ARG_STRLEN), `NAME=` included; no known option of an inference server is near."""

MAX_WORKLOAD_BYTES = 256 * 1024
"""In UTF-8, all names, values and arguments together. They are part of the Deployment, where each
`$` is doubled, of its ReplicaSets and Pods, each at most some 1 MiB (etcd's limit is 1.5 MiB), and
of the durable history of every operation."""


def find_oversized_strings(document: Mapping[str, Any]) -> Iterable[Problem]:
    """Environment variables and arguments of a request that are too long, one by one or together.

    Values of another type are left to the model.
    """
    sizes = dict(_sizes(document.get("workload")))
    for target, size in sizes.items():
        if size > MAX_STRING_BYTES:
            fix = f"It has {size} bytes. Use at most {MAX_STRING_BYTES}."
            yield Problem("InvalidValue", fix, target)
    if (total := sum(sizes.values())) > MAX_WORKLOAD_BYTES:
        fix = (
            f"env, command and args have {total} bytes together. Use at most {MAX_WORKLOAD_BYTES}."
        )
        yield Problem("InvalidValue", fix, "workload")


def _sizes(workload: object) -> Iterator[tuple[str, int]]:
    if not isinstance(workload, dict):
        return
    section = cast("dict[str, object]", workload)
    env = section.get("env")
    if isinstance(env, dict):
        for name, value in cast("dict[str, object]", env).items():
            yield f"workload.env.{name}", _size(name) + _size(value)
    for field in ("command", "args"):
        texts = section.get(field)
        if isinstance(texts, list):
            for index, text in enumerate(cast("list[object]", texts)):
                yield f"workload.{field}[{index}]", _size(text)


def _size(value: object) -> int:
    return len(value.encode("utf-8", "surrogatepass")) if isinstance(value, str) else 0
