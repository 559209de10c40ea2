"""The specification keeps its wire form and refuses what can never be right."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from domain.spec.model import EdgeSku, EnvironmentSpec, IdleAction, WafMode

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
    assert (spec.idle.after_minutes, spec.idle.action) == (30, IdleAction.SCALE_TO_ZERO)
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
    ("path", "value"),
    [
        pytest.param("name", "ab", id="name too short"),
        pytest.param("name", "a" * 25, id="name too long"),
        pytest.param("name", "1abc", id="name starts with a digit"),
        pytest.param("name", "Fraud", id="name in upper case"),
        pytest.param("name", "fraud--llm", id="name with two hyphens"),
        pytest.param("name", "fraud-", id="name ends with a hyphen"),
        pytest.param("name", "fraud_llm", id="name with an underscore"),
        pytest.param("name", "fraud\n", id="name with a line end"),
        pytest.param("costCenter", "", id="cost center empty"),
        pytest.param("costCenter", "ML 1", id="cost center with a space"),
        pytest.param("costCenter", "M" * 51, id="cost center too long"),
        pytest.param("owner", "team", id="owner is no address"),
        pytest.param("owner", "a@b", id="owner without a domain"),
        pytest.param("owner", "a b@example.com", id="owner with a space"),
        pytest.param("regions", [], id="no region"),
        pytest.param("regions", ["westeurope", "West Europe"], id="one region twice"),
        pytest.param("regions", "westeurope", id="region not in an array"),
        pytest.param("regions", [5], id="region is a number"),
        pytest.param("gpu.minNodes", 6, id="minimum above maximum"),
        pytest.param("gpu.maxNodes", 101, id="too many nodes"),
        pytest.param("gpu.maxNodes", 0, id="a pool that can never start a node"),
        pytest.param("gpu.maxNodes", "5", id="a number as text"),
        pytest.param("gpu.maxNodes", 5.0, id="a number with a fraction"),
        pytest.param("gpu.maxNodes", True, id="a boolean for a number"),
        pytest.param("gpu.spot", "yes", id="a text for a boolean"),
        pytest.param(
            "workload.image", "registry.example.com/UPPER", id="image path in upper case"
        ),
        pytest.param("workload.image", "llm:", id="image with an empty tag"),
        pytest.param("workload.image", "https://x/llm", id="image as a URL"),
        pytest.param("workload.image", "llm@sha256:abc", id="image with a short digest"),
        pytest.param("workload.port", 0, id="port too low"),
        pytest.param("workload.port", 65536, id="port too high"),
        pytest.param("workload.healthPath", "health", id="path without a slash"),
        pytest.param("workload.healthPath", "/a b", id="path with a space"),
        pytest.param("workload.replicas", -1, id="fewer than no replica"),
        pytest.param("workload.gpusPerReplica", 0, id="a replica without a GPU"),
        pytest.param("workload.env", {"1A": "x"}, id="variable starts with a digit"),
        pytest.param("workload.env", {"A=B": "x"}, id="variable with an equals sign"),
        pytest.param("workload.env", {"A": 5}, id="variable that is no text"),
        pytest.param("workload.args", "--x", id="arguments not in an array"),
        pytest.param("workload.model", {"name": "x"}, id="model without a version"),
        pytest.param("edge.sku", "Classic_AzureFrontDoor", id="an edge tier of the past"),
        pytest.param("edge.wafMode", "Off", id="no firewall"),
        pytest.param("idle.action", "delete", id="an unknown action"),
        pytest.param("idle.afterMinutes", 0, id="idle at once"),
        pytest.param("idle.keepUntil", "2027-01-31T00:00:00", id="kept until, without an offset"),
        pytest.param("idle.deleteAfterDays", 0, id="deleted as soon as asleep"),
        pytest.param("idle.deleteAfterDays", 366, id="asleep for longer than a year"),
        pytest.param("idle.offHours", {}, id="off hours without any hour"),
        pytest.param("idle.offHours", {**NIGHT, "timeZone": "../UTC"}, id="zone as a path"),
        pytest.param("idle.offHours", {**NIGHT, "timeZone": "localtime"}, id="zone of a machine"),
        pytest.param("idle.offHours", {**NIGHT, "start": "24:00"}, id="starts after the day"),
        pytest.param("idle.offHours", {**NIGHT, "start": "8:00"}, id="hour of one digit"),
        pytest.param(
            "idle.offHours", {**NIGHT, "end": "24:01"}, id="ends after midnight's minute"
        ),
        pytest.param("idle.offHours", {**NIGHT, "end": "20:00"}, id="ends when it starts"),
        pytest.param("idle.offHours", {**NIGHT, "days": []}, id="off hours on no day"),
        pytest.param("idle.offHours", {**NIGHT, "days": ["sat", "sat"]}, id="one day twice"),
        pytest.param("idle.offHours", {**NIGHT, "days": ["Saturday"]}, id="a day written out"),
        pytest.param("expiresAt", "2027-01-31T00:00:00", id="time without an offset"),
        pytest.param("expiresAt", 5, id="time as a number"),
        pytest.param("expiresAt", "soon", id="time as a word"),
        pytest.param("surprise", 1, id="unknown field"),
        pytest.param("gpu.vm_size", "x", id="unknown spelling of a field"),
    ],
)
def test_what_can_never_be_right_is_refused(make_wire, path, value) -> None:
    with pytest.raises(ValidationError):
        EnvironmentSpec.model_validate(make_wire({path: value}), by_alias=True, by_name=False)


def test_a_stored_specification_stays_readable_when_its_size_retires(make_spec) -> None:
    spec = make_spec({"gpu.vmSize": "Standard_NC6s_v3"})
    assert spec.gpu.vm_size == "Standard_NC6s_v3"


def test_the_schema_has_a_description_or_example_for_every_top_level_choice() -> None:
    schema = EnvironmentSpec.model_json_schema(by_alias=True)
    assert schema["additionalProperties"] is False
    assert set(schema["required"]) == {
        "name",
        "costCenter",
        "owner",
        "regions",
        "gpu",
        "workload",
    }
    assert schema["properties"]["name"]["examples"] == ["fraud-llm"]
    assert "vmSize" in schema["$defs"]["GpuPoolSpec"]["properties"]
