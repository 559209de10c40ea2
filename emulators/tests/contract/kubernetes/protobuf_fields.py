"""The numbers of `emulators/azure/kubernetes/protobuf.json`, out of the Go types of Kubernetes.

`python -m emulators.tests.contract.kubernetes.protobuf_fields TYPES_GO...` prints that file
anew, for the types that `schema.json` has; the files are `types.go` of `core/v1`, `apps/v1`,
`autoscaling/v1`, `discovery/v1`, `policy/v1`,
`networking/v1` and `authorization/v1` in the module `k8s.io/api`,
and of `pkg/apis/meta/v1` in `k8s.io/apimachinery`, all of the version that the simulator claims
to be.
"""

import json
import re
import sys
from pathlib import Path

from emulators.azure.kubernetes import schema

_TYPE = re.compile(r"^type (\w+) struct \{")
_FIELD = re.compile(
    r'^\t(?:\w+\s+)?(?P<type>\S+) `json:"(?P<name>[^",]*)[^`]*protobuf:"\w+,(?P<number>\d+)'
)

Fields = dict[str, dict[int, str]]


def read_fields(sources: list[str]) -> Fields:
    """Each type's fields by their number, as `protobuf.json` writes them."""
    found: Fields = {}
    for source in sources:
        fields: dict[int, str] = {}
        for line in source.splitlines():
            if begins := _TYPE.match(line):
                fields = found.setdefault(begins[1], {})
            elif field := _FIELD.match(line):
                fields[int(field["number"])] = _written(field["type"], field["name"])
    return found


def _written(go_type: str, name: str) -> str:
    if not name:
        return f"+{go_type}"
    written = f"{name}*" if go_type.startswith("*") else name
    named = go_type.removeprefix("*").removeprefix("[]")
    if not named[0].isupper() and not named.startswith("types."):
        return written
    return f"{written}:{named}" if "." in named else f"{written}:v1.{named}"


def needed(fields: Fields, types: set[str]) -> Fields:
    """The fields of these types, and of what is embedded in them; only text keeps its type."""
    embedded = {
        each.removeprefix("+")
        for name in types & fields.keys()
        for each in fields[name].values()
        if each.startswith("+")
    }
    wanted = types | embedded
    return {
        name: {number: _without_struct(each, fields) for number, each in fields[name].items()}
        for name in sorted(wanted)
        if fields.get(name)
    }


def _without_struct(written: str, fields: Fields) -> str:
    name, _, go_type = written.partition(":")
    return name if go_type.removeprefix("v1.") in fields or go_type == "v1.Time" else written


def as_text(fields: Fields) -> str:
    lines = [f" {json.dumps(name)}: {json.dumps(_in_order(fields[name]))}" for name in fields]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _in_order(numbered: dict[int, str]) -> str:
    return " ".join(numbered.get(each + 1, "-") for each in range(max(numbered)))


if __name__ == "__main__":
    types = set(json.loads(Path(schema.__file__).with_name("schema.json").read_text()))
    print(as_text(needed(read_fields([Path(p).read_text() for p in sys.argv[1:]]), types)), end="")
