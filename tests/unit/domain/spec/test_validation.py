"""A bad request is refused at once, for everything that is wrong with it, with the fix."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import get_args, get_origin

import pytest
from pydantic import BaseModel

from domain.problem import Problem
from domain.spec.model import EnvironmentSpec
from domain.spec.validation import MAX_PROBLEMS, SECTIONS, parse_spec
from tests.support.specs import a_policy

POLICY = a_policy(("westeurope", "northeurope"))
NOW = datetime(2026, 11, 22, tzinfo=UTC)
NIGHT = {"timeZone": "Europe/Berlin", "start": "20:00", "end": "07:00"}


def refuse(body: object) -> list[Problem]:
    parsed = parse_spec(body, POLICY, NOW)
    assert isinstance(parsed, list), "accepted"
    return parsed


def test_a_good_request_becomes_a_specification(make_wire) -> None:
    spec = parse_spec(make_wire(), POLICY, NOW)
    assert isinstance(spec, EnvironmentSpec)
    assert spec.to_wire() == make_wire()


def test_sizes_and_regions_take_their_canonical_spelling(make_wire) -> None:
    wire = make_wire({"gpu.vmSize": "STANDARD_nc24ads_a100_V4", "regions": ["West Europe"]})
    spec = parse_spec(wire, a_policy(["West Europe"]))
    assert isinstance(spec, EnvironmentSpec)
    assert spec.gpu.vm_size == "Standard_NC24ads_A100_v4"
    assert spec.regions == ("westeurope",)


@pytest.mark.parametrize("body", [None, [], "x", 5, True, [{}]], ids=repr)
def test_what_is_no_object_is_one_problem(body) -> None:
    (problem,) = refuse(body)
    assert (problem.code, problem.target) == ("InvalidBody", "")
    assert "JSON object" in problem.message


def test_a_body_of_unknown_fields_is_refused_without_looking_at_each(make_wire) -> None:
    problems = refuse(make_wire() | {f"field{number}": 1 for number in range(20_000)})
    assert len(problems) == MAX_PROBLEMS


@pytest.mark.parametrize(
    ("env", "args", "target"),
    [
        pytest.param({"A": "x" * 32768}, [], "workload.env.A", id="a value with its name"),
        pytest.param({"A": "é" * 16384}, [], "workload.env.A", id="bytes, not characters"),
        pytest.param({}, ["", "x" * 32769], "workload.args[1]", id="an argument"),
        pytest.param({}, ["x" * 32768] * 9, "workload", id="all arguments together"),
        pytest.param(
            {f"A{n}": "x" * 30000 for n in range(5)}, ["x" * 30000] * 5, "workload", id="both"
        ),
    ],
)
def test_strings_that_are_too_long_are_refused_by_name(make_wire, env, args, target) -> None:
    (problem,) = refuse(make_wire({"workload.env": env, "workload.args": args}))
    assert (problem.code, problem.target) == ("InvalidValue", target)
    assert "bytes" in problem.message


def test_strings_of_the_maximum_length_are_accepted(make_wire) -> None:
    wire = make_wire({"workload.env": {"A": "x" * 32767}, "workload.args": ["x" * 32768] * 7})
    assert isinstance(parse_spec(wire, POLICY, NOW), EnvironmentSpec)


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("microsoft-phi", "microsoft"),
        ("my-microsoft", "microsoft"),
        ("micro-soft", "microsoft"),
        ("windows", "windows"),
        ("mywindows-llm", "windows"),
        ("window-s1", "windows"),
        ("login-llm", "login"),
        ("loginbot", "login"),
    ],
)
def test_a_name_with_a_word_that_azure_reserves_is_refused(make_wire, name, word) -> None:
    (problem,) = refuse(make_wire({"name": name}))
    assert (problem.code, problem.target) == ("ReservedName", "name")
    assert f"'{word}'" in problem.message


@pytest.mark.parametrize("name", ["azure", "office-bot", "my-login", "log-in", "xbox"])
def test_a_word_that_azure_reserves_elsewhere_only_is_accepted(make_wire, name) -> None:
    assert isinstance(parse_spec(make_wire({"name": name}), POLICY, NOW), EnvironmentSpec)


def test_an_empty_object_lacks_every_required_field() -> None:
    problems = refuse({})
    assert {problem.code for problem in problems} == {"MissingField"}
    assert [problem.target for problem in problems] == [
        "name",
        "costCenter",
        "owner",
        "regions",
        "gpu",
        "workload",
    ]


@pytest.mark.parametrize(
    ("changes", "code", "target", "hint"),
    [
        pytest.param({"name": "Fraud"}, "InvalidName", "name", "3 to 24", id="bad name"),
        pytest.param({"name": 5}, "InvalidName", "name", "3 to 24", id="name is a number"),
        pytest.param(
            {"gpu.vmSize": "Standard_D16s_v5"},
            "NotAGpuVmSize",
            "gpu.vmSize",
            "Standard_NC16as_T4_v3",
            id="the CPU size typed for a GPU size",
        ),
        pytest.param(
            {"gpu.vmSize": "Standard_NC6s_v3"},
            "RetiredVmSize",
            "gpu.vmSize",
            "2025-09-30",
            id="the retired size of older guides",
        ),
        pytest.param(
            {"gpu.vmSize": "Standard NC24ads A100 v4"},
            "NotAGpuVmSize",
            "gpu.vmSize",
            "Standard_",
            id="a size with spaces is one problem, not two",
        ),
        pytest.param(
            {"gpu.vmSize": "x"}, "NotAGpuVmSize", "gpu.vmSize", "Standard_", id="a letter"
        ),
        pytest.param(
            {"gpu.vmSize": "S" * 64},
            "NotAGpuVmSize",
            "gpu.vmSize",
            "Standard_",
            id="a size as long as a size may be",
        ),
        pytest.param(
            {"gpu.vmSize": "S" * 65},
            "InvalidValue",
            "gpu.vmSize",
            "VM size",
            id="a size that is too long to be one",
        ),
        pytest.param({"gpu.vmSize": ""}, "InvalidValue", "gpu.vmSize", "VM size", id="no size"),
        pytest.param({"gpu.vmSize": None}, "InvalidValue", "gpu.vmSize", "VM size", id="null"),
        pytest.param(
            {"gpu.vmSize": "S" * 10_000},
            "InvalidValue",
            "gpu.vmSize",
            "VM size",
            id="an endless size is not repeated",
        ),
        pytest.param(
            {"regions": ["westeurope", "marscentral"]},
            "RegionNotAllowed",
            "regions[1]",
            "northeurope, westeurope",
            id="a region that is not allowed",
        ),
        pytest.param(
            {"regions": ["westeurope", "West Europe"]},
            "DuplicateRegion",
            "regions",
            "once",
            id="one region in two spellings",
        ),
        pytest.param(
            {"regions": ["westeurope", 5]}, "InvalidValue", "regions[1]", "string", id="no text"
        ),
        pytest.param(
            {"gpu.minNodes": 9},
            "InvalidNodeRange",
            "gpu.minNodes",
            "minNodes 9 is above maxNodes 5",
            id="minimum above maximum",
        ),
        pytest.param(
            {"workload.gpusPerReplica": 2},
            "TooManyGpusPerReplica",
            "workload.gpusPerReplica",
            "has 1 GPU(s)",
            id="a replica larger than a node",
        ),
        pytest.param(
            {"workload.cpu": "24"},
            "TooManyCpusPerReplica",
            "workload.cpu",
            "has 24 vCPUs",
            id="a replica with all vCPUs of a node",
        ),
        pytest.param(
            {"workload.cpu": "24000m"},
            "TooManyCpusPerReplica",
            "workload.cpu",
            "lower cpu from 24000m",
            id="all vCPUs of a node in thousandths",
        ),
        pytest.param(
            {"placement": {"vmSizes": ["Standard_NC40ads_H100_v5"]}, "workload.cpu": "32000m"},
            "TooManyCpusPerReplica",
            "workload.cpu",
            "lower cpu from 32000m",
            id="thousandths of vCPUs",
        ),
        pytest.param(
            {"workload.memory": "96GB"},
            "InvalidValue",
            "workload.memory",
            "such as 512Mi or 96Gi",
            id="memory in another unit",
        ),
        pytest.param(
            {"workload.startup": {"timeoutMinutes": 181}},
            "InvalidValue",
            "workload.startup.timeoutMinutes",
            "at most 180",
            id="a start of more than three hours",
        ),
        pytest.param(
            {"workload.command": ["x" * 32769]},
            "InvalidValue",
            "workload.command[0]",
            "bytes",
            id="an entry point that no process takes",
        ),
        pytest.param(
            {"workload.replicas": 6},
            "NotEnoughNodes",
            "gpu.maxNodes",
            "from 5 to 6",
            id="more replicas than nodes",
        ),
        pytest.param(
            {
                "gpu.vmSize": "Standard_NC96ads_A100_v4",
                "gpu.maxNodes": 1,
                "workload.gpusPerReplica": 3,
                "workload.replicas": 2,
            },
            "NotEnoughNodes",
            "gpu.maxNodes",
            "from 1 to 2",
            id="GPUs left over on a node do not help a whole replica",
        ),
        pytest.param(
            {"edge.sku": "Basic"},
            "InvalidValue",
            "edge.sku",
            "'Standard_AzureFrontDoor' or 'Premium_AzureFrontDoor'",
            id="an unknown tier names the known ones",
        ),
        pytest.param(
            {"edge.managedRules": True},
            "ManagedRulesNeedPremium",
            "edge.managedRules",
            "Premium_AzureFrontDoor",
            id="managed rules on the Standard tier",
        ),
        pytest.param(
            {"edge.origin": "privateLink"},
            "PrivateLinkNeedsPremium",
            "edge.origin",
            "use public",
            id="private origins on the Standard tier",
        ),
        pytest.param(
            {"cluster.tier": "Premium"},
            "InvalidValue",
            "cluster.tier",
            "'Free' or 'Standard'",
            id="a tier that only adds long-term support",
        ),
        pytest.param(
            {"cluster.maintenance.durationHours": 3},
            "InvalidValue",
            "cluster.maintenance.durationHours",
            "at least 4",
            id="a window that AKS finds too short",
        ),
        pytest.param(
            {"cluster.maintenance.start": "24:00"},
            "InvalidValue",
            "cluster.maintenance.start",
            "such as 01:00",
            id="a window without a time of day",
        ),
        pytest.param(
            {"cluster.maintenance.utcOffset": "CET"},
            "InvalidValue",
            "cluster.maintenance.utcOffset",
            "such as +01:00",
            id="an offset by a time zone's name",
        ),
        pytest.param({"idle": None}, "InvalidValue", "idle", "object", id="null for an object"),
        pytest.param(
            {"idle.offHours": {**NIGHT, "timeZone": "Europe/Berlni"}},
            "UnknownTimeZone",
            "idle.offHours.timeZone",
            "Europe/Berlin",
            id="an unknown time zone",
        ),
        pytest.param(
            {"idle.offHours": {**NIGHT, "timeZone": "berlin time"}},
            "InvalidValue",
            "idle.offHours.timeZone",
            "IANA",
            id="a time zone that cannot be one",
        ),
        pytest.param(
            {"idle.offHours": {**NIGHT, "start": "8pm"}},
            "InvalidValue",
            "idle.offHours.start",
            "such as 20:00",
            id="an hour of another clock",
        ),
        pytest.param(
            {"idle.offHours": {**NIGHT, "end": "20:00"}},
            "InvalidOffHours",
            "idle.offHours.end",
            "24:00",
            id="off hours that end when they start",
        ),
        pytest.param(
            {"idle.offHours": {**NIGHT, "days": ["sat", "sunday"]}},
            "InvalidValue",
            "idle.offHours.days[1]",
            "'sun'",
            id="an unknown day names the known ones",
        ),
        pytest.param(
            {"idle.offHours": {**NIGHT, "timezone": "UTC"}},
            "UnknownField",
            "idle.offHours.timezone",
            "'timeZone'",
            id="off hours with a case error",
        ),
        pytest.param(
            {"idle.deleteAfterDays": 0},
            "InvalidValue",
            "idle.deleteAfterDays",
            "at least 1",
            id="deletion as soon as asleep",
        ),
        pytest.param(
            {"idle.keepUntil": "2027-01-31T00:00:00"},
            "InvalidValue",
            "idle.keepUntil",
            "offset",
            id="kept until, without an offset",
        ),
        pytest.param({"gpu": []}, "InvalidValue", "gpu", "object", id="array for an object"),
        pytest.param(
            {"workload.env": {"a b": "x"}},
            "InvalidValue",
            "workload.env.a b",
            "letters",
            id="a bad variable name",
        ),
        pytest.param(
            {"workload.env": {"A": 5}},
            "InvalidValue",
            "workload.env.A",
            "Use a string.",
            id="a variable that is a number",
        ),
        pytest.param(
            {"workload.args": ["a", 5]},
            "InvalidValue",
            "workload.args[1]",
            "string",
            id="bad item",
        ),
        pytest.param(
            {"workload.port": 0}, "InvalidValue", "workload.port", "at least 1", id="bound"
        ),
        pytest.param(
            {"expiresAt": "9999-12-31T23:59:59-12:00"},
            "InvalidValue",
            "expiresAt",
            "9999",
            id="an expiry after the last year in UTC",
        ),
        pytest.param(
            {"expiresAt": "0001-01-01T00:00:00+14:00"},
            "InvalidValue",
            "expiresAt",
            "year",
            id="an expiry before the first year in UTC",
        ),
        pytest.param(
            {"idle.keepUntil": "9999-12-31T23:59:59-12:00"},
            "InvalidValue",
            "idle.keepUntil",
            "9999",
            id="keepUntil after the last year in UTC",
        ),
        pytest.param(
            {"idle.keepUntil": "0001-01-01T00:00:00+14:00"},
            "InvalidValue",
            "idle.keepUntil",
            "year",
            id="keepUntil before the first year in UTC",
        ),
        pytest.param(
            {"expiresAt": "5"}, "InvalidValue", "expiresAt", "ISO 8601", id="seconds as a string"
        ),
        pytest.param(
            {"expiresAt": "0001-01-01T00:00:00Z"},
            "InvalidValue",
            "expiresAt",
            "passed",
            id="the first second of the calendar",
        ),
        pytest.param(
            {"expiresAt": "2026-01-01T00:00:00Z"},
            "InvalidValue",
            "expiresAt",
            "already passed",
            id="an expiry in the past",
        ),
        pytest.param(
            {"expiresAt": "2026-11-22T01:00:00+01:00"},
            "InvalidValue",
            "expiresAt",
            "already passed",
            id="an expiry at this moment",
        ),
        pytest.param(
            {"expiresAt": "2027-01-31T00:00:00"},
            "InvalidValue",
            "expiresAt",
            "offset",
            id="an expiry without an offset",
        ),
        pytest.param(
            {"expiresAt": "soon"}, "InvalidValue", "expiresAt", "datetime", id="no time at all"
        ),
        pytest.param(
            {"cost_center": "x"},
            "UnknownField",
            "cost_center",
            "'costCenter'",
            id="snake case is not the wire's",
        ),
        pytest.param(
            {"gpu.vmsize": "x"}, "UnknownField", "gpu.vmsize", "'vmSize'", id="a case error"
        ),
        pytest.param(
            {"workload.model.stage": "x"},
            "UnknownField",
            "workload.model.stage",
            "name, version",
            id="an unknown field names the known ones",
        ),
        pytest.param(
            {"surprise": {"deep": [1]}},
            "UnknownField",
            "surprise",
            "Remove 'surprise'",
            id="nothing close",
        ),
        pytest.param(
            {"zone": "1"},
            "UnknownField",
            "zone",
            "Remove 'zone'",
            id="not close enough: half of it is another word",
        ),
        pytest.param(
            {"____edge": {}}, "UnknownField", "____edge", "'edge'", id="underscores do not count"
        ),
    ],
)
def test_one_mistake_is_one_problem_that_names_its_fix(
    make_wire, changes, code, target, hint
) -> None:
    (problem,) = refuse(make_wire(changes))
    assert (problem.code, problem.target) == (code, target)
    assert hint in problem.message
    assert re.search(r"[^.]\.$", problem.message)
    assert len(problem.message) < 1000


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"workload.replicas": 5}, id="a node for each replica"),
        pytest.param({"workload.cpu": "23999m"}, id="all but a thousandth of the vCPUs"),
    ],
)
def test_what_just_fits_is_accepted(make_wire, changes) -> None:
    assert isinstance(parse_spec(make_wire(changes), POLICY, NOW), EnvironmentSpec)


def nested_objects(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """Values of a mapping are not among them: their names are up to callers."""
    for field in model.model_fields.values():
        if get_origin(field.annotation) is dict:
            continue
        for kind in (field.annotation, *get_args(field.annotation)):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield f"{prefix}{field.alias}"
                yield from nested_objects(kind, f"{prefix}{field.alias}.")


def test_every_object_of_a_specification_names_its_known_fields() -> None:
    assert set(nested_objects(EnvironmentSpec)) == set(SECTIONS)


def test_a_field_by_its_name_in_python_is_not_the_field(make_wire) -> None:
    problems = refuse(make_wire({"cost_center": "ML-1"}, without=("costCenter",)))
    assert {(problem.code, problem.target) for problem in problems} == {
        ("MissingField", "costCenter"),
        ("UnknownField", "cost_center"),
    }


def test_times_are_kept_in_utc(make_wire) -> None:
    spec = parse_spec(make_wire({"expiresAt": "2027-01-31T02:00:00+02:00"}), POLICY, NOW)
    assert isinstance(spec, EnvironmentSpec)
    assert spec.expires_at
    assert spec.expires_at == datetime(2027, 1, 31, tzinfo=UTC)
    assert spec.expires_at.tzinfo is UTC, "and not the time zone of the machine"


def test_all_problems_are_reported_at_once(make_wire) -> None:
    problems = refuse(
        make_wire(
            {
                "name": "Fraud",
                "regions": ["marscentral"],
                "gpu": {"vmSize": "Standard_D16s_v5", "maxNodes": 0},
                "workload.port": "80",
                "edge.wafMode": "Off",
                "extra": 1,
            },
            without=("owner",),
        )
    )
    assert {(problem.code, problem.target) for problem in problems} == {
        ("InvalidName", "name"),
        ("RegionNotAllowed", "regions[0]"),
        ("NotAGpuVmSize", "gpu.vmSize"),
        ("InvalidValue", "gpu.maxNodes"),
        ("InvalidValue", "workload.port"),
        ("InvalidValue", "edge.wafMode"),
        ("UnknownField", "extra"),
        ("MissingField", "owner"),
    }


def test_capacity_is_checked_although_other_parts_are_wrong(make_wire) -> None:
    problems = refuse(make_wire({"name": "Fraud", "workload.replicas": 50}))
    assert [problem.code for problem in problems] == ["InvalidName", "NotEnoughNodes"]


def test_a_hostile_request_does_not_get_an_endless_answer(make_wire) -> None:
    wire = make_wire({"regions": [f"mars{i}" for i in range(5_000)]})
    wire |= {f"field{i}": i for i in range(5_000)}
    assert len(refuse(wire)) == MAX_PROBLEMS


def test_without_a_time_the_past_is_not_known(make_wire) -> None:
    wire = make_wire({"expiresAt": "2020-01-01T00:00:00Z"})
    assert isinstance(parse_spec(wire, POLICY), EnvironmentSpec)
