"""The specification keeps its wire form and refuses what can never be right."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from domain.spec.idle import IdleAction
from domain.spec.model import EdgeSku, EnvironmentSpec, WafMode, is_environment_name

NIGHT = {"timeZone": "Europe/Berlin", "start": "20:00", "end": "07:00"}


def test_the_wire_form_survives_a_round_trip(make_wire) -> None:
    assert EnvironmentSpec.from_wire(make_wire()).to_wire() == make_wire()


def test_defaults_are_cheap_and_safe(make_wire) -> None:
    wire = make_wire(
        {"gpu": {"vmSize": "Standard_NC4as_T4_v3"}, "workload": {"image": "llm"}},
        without=("edge", "idle", "expiresAt"),
    )
    spec = EnvironmentSpec.from_wire(wire)
    assert (spec.gpu.min_nodes, spec.gpu.max_nodes, spec.gpu.spot) == (0, 1, False)
    assert (spec.workload.port, spec.workload.health_path) == (8000, "/health")
    assert (spec.workload.replicas, spec.workload.gpus_per_replica) == (1, 1)
    assert (spec.edge.sku, spec.edge.waf_mode) == (EdgeSku.STANDARD, WafMode.PREVENTION)
    assert (spec.idle.after_minutes, spec.idle.action) == (15, IdleAction.SCALE_TO_ZERO)
    assert (spec.idle.keep_until, spec.idle.delete_after_days) == (None, None)
    assert spec.idle.off_hours is None
    assert spec.expires_at is None
    assert "expiresAt" not in spec.to_wire(), "absent, not null"


def test_a_specification_never_changes(make_spec) -> None:
    with pytest.raises(ValidationError):
        make_spec().name = "other"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param("2027-01-31T00:00:00Z", "2027-01-31T00:00:00Z", id="UTC"),
        pytest.param("2027-01-31T02:00:00+02:00", "2027-01-31T00:00:00Z", id="another offset"),
    ],
)
def test_times_are_kept_in_utc(make_spec, written, expected) -> None:
    spec = make_spec({"expiresAt": written})
    assert spec.expires_at == datetime(2027, 1, 31, tzinfo=UTC)
    assert spec.to_wire()["expiresAt"] == expected


def test_regions_are_kept_as_arm_writes_them(make_spec) -> None:
    spec = make_spec({"regions": ["West Europe", "northeurope"]})
    assert spec.regions == ("westeurope", "northeurope")


@pytest.mark.parametrize(
    "off_hours",
    [
        pytest.param(NIGHT, id="past midnight"),
        pytest.param({**NIGHT, "start": "00:00", "end": "24:00"}, id="whole days"),
        pytest.param({**NIGHT, "timeZone": "UTC", "days": ["sat", "sun"]}, id="weekends in UTC"),
        pytest.param({**NIGHT, "timeZone": "America/Argentina/Ushuaia"}, id="three parts"),
        pytest.param({**NIGHT, "timeZone": "Etc/GMT-5"}, id="fixed offset"),
    ],
)
def test_off_hours_that_pass(make_spec, off_hours) -> None:
    written = make_spec({"idle.offHours": off_hours}).to_wire()["idle"]["offHours"]
    assert written == {"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], **off_hours}


@pytest.mark.parametrize("name", ["abc", "a1b", "fraud-llm", "a-very-long-environment1"])
def test_names_that_pass(make_spec, name) -> None:
    assert make_spec({"name": name}).name == name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("abc", True),
        ("a" * 24, True),
        ("ab", False),
        ("a" * 25, False),
        ("", False),
        ("Abc", False),
        ("a.b", False),
        pytest.param("fraud-llm\n", False, id="with a line end"),
    ],
)
def test_a_name_is_looked_up_only_if_an_environment_can_have_it(text, expected) -> None:
    assert is_environment_name(text) is expected


@pytest.mark.parametrize(
    "image",
    [
        "llm",
        "vllm/vllm-openai:v0.10.0",
        "registry.example.com/team/llm:1.4.2",
        "localhost:5000/llm",
        f"registry.example.com/llm:1@sha256:{'a' * 64}",
        "my_org/a__b/c-d.e:TAG_1.x",
    ],
)
def test_images_that_pass(make_spec, image) -> None:
    assert make_spec({"workload.image": image}).workload.image == image


@pytest.mark.parametrize(
    "image",
    [
        "a..b",
        "a._b",
        "a___b",
        "registry.example.com/a..b",
        "a..b/llm",
        "registry.example.com:99999/llm",
        "registry.example.com:65536/llm",
        "registry.example.com:0/llm",
        "llm-",
        "llm//x",
    ],
)
def test_images_that_no_registry_serves(make_spec, image) -> None:
    with pytest.raises(ValidationError):
        make_spec({"workload.image": image})


@pytest.mark.parametrize(
    "image", ["r.io:65535/a.b", "r.io:80/a__b/c---d", "localhost:5000/llm:99999", "a_b"]
)
def test_images_at_the_edge_of_the_grammar(make_spec, image) -> None:
    assert make_spec({"workload.image": image}).workload.image == image


@pytest.mark.parametrize(
    ("path", "value", "refused"),
    [
        pytest.param("name", "ab", "string_too_short", id="name too short"),
        pytest.param("name", "a" * 25, "string_too_long", id="name too long"),
        pytest.param("name", "1abc", "string_pattern_mismatch", id="name starts with a digit"),
        pytest.param("name", "Fraud", "string_pattern_mismatch", id="name in upper case"),
        pytest.param("name", "fraud--llm", "string_pattern_mismatch", id="name with two hyphens"),
        pytest.param("name", "fraud-", "string_pattern_mismatch", id="name ends with a hyphen"),
        pytest.param("name", "fraud_llm", "string_pattern_mismatch", id="name with an underscore"),
        pytest.param("name", "fraud\n", "string_pattern_mismatch", id="name with a line end"),
        pytest.param("costCenter", "", "string_pattern_mismatch", id="cost center empty"),
        pytest.param(
            "costCenter", "ML 1", "string_pattern_mismatch", id="cost center with a space"
        ),
        pytest.param("costCenter", "M" * 51, "string_too_long", id="cost center too long"),
        pytest.param("owner", "team", "string_pattern_mismatch", id="owner is no address"),
        pytest.param("owner", "a@b", "string_pattern_mismatch", id="owner without a domain"),
        pytest.param(
            "owner", "a b@example.com", "string_pattern_mismatch", id="owner with a space"
        ),
        pytest.param("regions", [], "too_short", id="no region"),
        pytest.param(
            "regions", ["westeurope", "West Europe"], "DuplicateRegion", id="one region twice"
        ),
        pytest.param("regions", "westeurope", "tuple_type", id="region not in an array"),
        pytest.param(
            "regions",
            [5],
            {"regions.0": "string_type", "regions": "too_short"},
            id="region is a number",
        ),
        pytest.param("gpu.minNodes", 6, "InvalidNodeRange", id="minimum above maximum"),
        pytest.param("gpu.maxNodes", 101, "less_than_equal", id="too many nodes"),
        pytest.param(
            "gpu.maxNodes", 0, "greater_than_equal", id="a pool that can never start a node"
        ),
        pytest.param("gpu.maxNodes", "5", "int_type", id="a number as text"),
        pytest.param("gpu.maxNodes", 5.0, "int_type", id="a number with a fraction"),
        pytest.param("gpu.maxNodes", True, "int_type", id="a boolean for a number"),
        pytest.param("gpu.spot", "yes", "bool_type", id="a text for a boolean"),
        pytest.param(
            "workload.image",
            "registry.example.com/UPPER",
            "string_pattern_mismatch",
            id="image path in upper case",
        ),
        pytest.param(
            "workload.image", "llm:", "string_pattern_mismatch", id="image with an empty tag"
        ),
        pytest.param(
            "workload.image", "https://x/llm", "string_pattern_mismatch", id="image as a URL"
        ),
        pytest.param(
            "workload.image",
            "llm@sha256:abc",
            "string_pattern_mismatch",
            id="image with a short digest",
        ),
        pytest.param("workload.port", 0, "greater_than_equal", id="port too low"),
        pytest.param("workload.port", 65536, "less_than_equal", id="port too high"),
        pytest.param(
            "workload.healthPath", "health", "string_pattern_mismatch", id="path without a slash"
        ),
        pytest.param(
            "workload.healthPath", "/a b", "string_pattern_mismatch", id="path with a space"
        ),
        pytest.param("workload.replicas", -1, "greater_than_equal", id="fewer than no replica"),
        pytest.param(
            "workload.gpusPerReplica", 0, "greater_than_equal", id="a replica without a GPU"
        ),
        pytest.param(
            "workload.env",
            {"1A": "x"},
            {"workload.env.1A": "string_pattern_mismatch"},
            id="variable starts with a digit",
        ),
        pytest.param(
            "workload.env",
            {"A=B": "x"},
            {"workload.env.A=B": "string_pattern_mismatch"},
            id="variable with an equals sign",
        ),
        pytest.param(
            "workload.env",
            {"A": 5},
            {"workload.env.A": "string_type"},
            id="variable that is no text",
        ),
        pytest.param("workload.args", "--x", "tuple_type", id="arguments not in an array"),
        pytest.param(
            "workload.model",
            {"name": "x"},
            {"workload.model.version": "missing"},
            id="model without a version",
        ),
        pytest.param("edge.sku", "Classic_AzureFrontDoor", "enum", id="an edge tier of the past"),
        pytest.param("edge.wafMode", "Off", "enum", id="no firewall"),
        pytest.param("idle.action", "delete", "enum", id="an unknown action"),
        pytest.param("idle.afterMinutes", 0, "greater_than_equal", id="idle at once"),
        pytest.param(
            "idle.keepUntil",
            "2027-01-31T00:00:00",
            "timezone_aware",
            id="kept until, without an offset",
        ),
        pytest.param(
            "idle.deleteAfterDays", 0, "greater_than_equal", id="deleted as soon as asleep"
        ),
        pytest.param(
            "idle.deleteAfterDays", 366, "less_than_equal", id="asleep for longer than a year"
        ),
        pytest.param(
            "idle.offHours",
            {},
            {
                "idle.offHours.timeZone": "missing",
                "idle.offHours.start": "missing",
                "idle.offHours.end": "missing",
            },
            id="off hours without any hour",
        ),
        pytest.param(
            "idle.offHours",
            {**NIGHT, "timeZone": "../UTC"},
            {"idle.offHours.timeZone": "string_pattern_mismatch"},
            id="zone as a path",
        ),
        pytest.param(
            "idle.offHours",
            {**NIGHT, "timeZone": "localtime"},
            {"idle.offHours.timeZone": "string_pattern_mismatch"},
            id="zone of a machine",
        ),
        pytest.param(
            "idle.offHours",
            {**NIGHT, "start": "24:00"},
            {"idle.offHours.start": "string_pattern_mismatch"},
            id="starts after the day",
        ),
        pytest.param(
            "idle.offHours",
            {**NIGHT, "start": "8:00"},
            {"idle.offHours.start": "string_pattern_mismatch"},
            id="hour of one digit",
        ),
        pytest.param(
            "idle.offHours",
            {**NIGHT, "end": "24:01"},
            {"idle.offHours.end": "string_pattern_mismatch"},
            id="ends after midnight's minute",
        ),
        pytest.param(
            "idle.offHours",
            {**NIGHT, "end": "20:00"},
            {"idle.offHours.end": "InvalidOffHours"},
            id="ends when it starts",
        ),
        pytest.param(
            "idle.offHours",
            {**NIGHT, "days": []},
            {"idle.offHours.days": "too_short"},
            id="off hours on no day",
        ),
        pytest.param(
            "idle.offHours",
            {**NIGHT, "days": ["sat", "sat"]},
            {"idle.offHours.days": "DuplicateDay"},
            id="one day twice",
        ),
        pytest.param(
            "idle.offHours",
            {**NIGHT, "days": ["Saturday"]},
            {"idle.offHours.days.0": "enum", "idle.offHours.days": "too_short"},
            id="a day written out",
        ),
        pytest.param(
            "expiresAt", "2027-01-31T00:00:00", "timezone_aware", id="time without an offset"
        ),
        pytest.param("expiresAt", 5, "InvalidValue", id="time as a number"),
        pytest.param("expiresAt", "soon", "datetime_from_date_parsing", id="time as a word"),
        pytest.param("surprise", 1, "extra_forbidden", id="unknown field"),
        pytest.param("gpu.vm_size", "x", "extra_forbidden", id="unknown spelling of a field"),
    ],
)
def test_what_can_never_be_right_is_refused_there_for_its_own_reason(
    make_wire, path, value, refused: str | dict[str, str]
) -> None:
    """`refused`: the kind of error at `path`, or all kinds by their own paths."""
    with pytest.raises(ValidationError) as error:
        EnvironmentSpec.model_validate(make_wire({path: value}), by_alias=True, by_name=False)
    found = {render(each["loc"]): each["type"] for each in error.value.errors()}
    assert found == ({path: refused} if isinstance(refused, str) else refused)


def render(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location if part != "[key]")


def test_a_stored_specification_stays_readable_when_its_size_retires(make_spec) -> None:
    spec = make_spec({"gpu.vmSize": "Standard_NC6s_v3"})
    assert spec.gpu.vm_size == "Standard_NC6s_v3"


def test_gpus_are_counted_over_all_replicas(make_spec) -> None:
    spec = make_spec({"workload.replicas": 3, "workload.gpusPerReplica": 2})
    assert spec.workload.gpus_needed == 6


def test_the_schema_asks_for_what_has_no_default_and_for_nothing_unknown() -> None:
    """A preset has defaults for `gpu` and `workload.image`."""
    schema = EnvironmentSpec.model_json_schema(by_alias=True)
    assert schema["additionalProperties"] is False
    assert schema["required"] == ["name", "costCenter", "owner", "regions", "workload"]


def test_the_schema_explains_every_field() -> None:
    """By a description or an example, or in a schema of its own."""
    schema = EnvironmentSpec.model_json_schema(by_alias=True)
    sections = [schema, *(each for each in schema["$defs"].values() if "properties" in each)]
    fields = {
        f"{section['title']}.{name}": field
        for section in sections
        for name, field in section["properties"].items()
    }
    assert len(fields) > 25
    explained = {"description", "examples", "$ref"}
    assert [name for name, field in fields.items() if not explained & field.keys()] == []
