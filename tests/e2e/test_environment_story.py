"""The demo's story and its variations, over HTTP."""

import pytest

from emulators.stack.api import Api, SimulatedAzure
from tests.e2e.stories import delete, finish, leftovers, provision
from tests.support.specs import spec_body


def test_an_environment_becomes_ready_answers_through_its_edge_and_leaves_nothing(
    api: Api, azure: SimulatedAzure
):
    environment = provision(api, "whole-story")
    assert environment["phase"] == "Ready"
    (cell,) = environment["cells"]
    assert cell["externalIp"]
    assert cell["nodes"] == 1

    answer = azure.ask_model(environment, "Are you there?")
    assert answer["choices"][0]["message"]["content"]

    assert delete(api, "whole-story")["status"] == "Succeeded"
    assert leftovers(azure, "whole-story") == []
    assert api.get("/environments/whole-story").status_code == 404
    events = api.get("/environments/whole-story/events").json()["value"]
    assert [e["type"] for e in events if e["type"].startswith("Operation")] == [
        "OperationStarted",
        "OperationSucceeded",
        "OperationStarted",
        "OperationSucceeded",
    ]


def test_two_environments_are_built_side_by_side(api: Api, azure: SimulatedAzure):
    operations = [api.create_environment(spec_body(name=name)) for name in ("twin-a", "twin-b")]
    for operation in operations:
        assert finish(api, operation)["status"] == "Succeeded"
    endpoints = {api.get_environment(name)["endpoint"] for name in ("twin-a", "twin-b")}
    assert len(endpoints) == 2
    for operation in [api.delete_environment(name) for name in ("twin-a", "twin-b")]:
        assert finish(api, operation)["status"] == "Succeeded"
    assert leftovers(azure, "twin-") == []


def test_an_environment_of_two_regions_has_two_cells_behind_one_edge(
    api: Api, azure: SimulatedAzure
):
    environment = provision(api, "two-regions", regions=["westeurope", "swedencentral"])
    assert {cell["region"] for cell in environment["cells"]} == {"westeurope", "swedencentral"}
    assert len({cell["externalIp"] for cell in environment["cells"]}) == 2
    assert delete(api, "two-regions")["status"] == "Succeeded"
    assert leftovers(azure, "two-regions") == []


def test_a_get_straight_after_the_post_finds_the_environment(api: Api):
    operation_id = api.create_environment(spec_body(name="just-asked"))
    assert api.get("/environments/just-asked").json()["phase"] == "Provisioning"
    assert api.get(f"/operations/{operation_id}").json()["status"] == "Running"
    assert finish(api, api.delete_environment("just-asked"))["status"] == "Succeeded"


def test_head_is_a_get_without_a_body_and_other_methods_are_refused(api: Api):
    got, head = api.get("/environments/nobody"), api.head("/environments/nobody")
    assert (head.status_code, head.content) == (404, b"")
    assert head.headers["x-ms-error-code"] == got.headers["x-ms-error-code"]
    refused = api.patch("/environments/nobody", json={})
    assert (refused.status_code, refused.headers["Allow"]) == (405, "GET, HEAD, PUT, DELETE")


def test_the_same_post_again_answers_the_same_operation_and_another_spec_is_refused(api: Api):
    first = api.post("/environments", json=spec_body(name="asked-twice"))
    second = api.post("/environments", json=spec_body(name="asked-twice"))
    assert (first.status_code, second.status_code) == (202, 202)
    monitor = first.headers["Operation-Location"]
    assert second.headers["Operation-Location"] == monitor

    other = api.post("/environments", json=spec_body(name="asked-twice", costCenter="ML-2"))
    assert other.status_code == 409
    assert other.headers["x-ms-error-code"] == "EnvironmentExists"
    assert other.headers["Operation-Location"] == monitor
    assert finish(api, api.delete_environment("asked-twice"))["status"] == "Succeeded"


def test_a_deletion_while_provisioning_ends_both_and_leaves_nothing(
    api: Api, azure: SimulatedAzure
):
    provisioning = api.create_environment(spec_body(name="changed-mind"))
    for operation in api.follow(provisioning, 60):
        cluster = next(s for s in operation["steps"] if s["name"].endswith("managedCluster"))
        if "resourceId" in cluster:
            break
    assert delete(api, "changed-mind")["status"] == "Succeeded"
    assert api.get_operation(provisioning)["status"] == "Canceled"
    assert leftovers(azure, "changed-mind") == []


def test_a_deleted_name_can_be_used_again(api: Api):
    provision(api, "phoenix")
    delete(api, "phoenix")
    environment = provision(api, "phoenix", costCenter="ML-2")
    assert environment["generation"] == 2
    assert delete(api, "phoenix")["status"] == "Succeeded"


@pytest.mark.parametrize(
    ("change", "code", "target"),
    [
        pytest.param(
            {"gpu": {"vmSize": "Standard_D16s_v5", "maxNodes": 1}},
            "NotAGpuVmSize",
            "gpu.vmSize",
            id="a CPU size typed for a GPU size",
        ),
        pytest.param(
            {"gpu": {"vmSize": "Standard_NC6s_v3", "maxNodes": 1}},
            "RetiredVmSize",
            "gpu.vmSize",
            id="a retired size",
        ),
        pytest.param({"costCenter": None}, "InvalidValue", "costCenter", id="no cost center"),
        pytest.param({"colour": "blue"}, "UnknownField", "colour", id="an unknown field"),
        pytest.param(
            {"regions": ["atlantis"]}, "RegionNotAllowed", "regions[0]", id="a region not allowed"
        ),
    ],
)
def test_what_cannot_work_is_refused_at_once_with_the_field_named(api, change, code, target):
    answer = api.post("/environments", json=spec_body(name="refused", **change))
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert (error["code"], error["target"]) == (code, target)
    assert api.get("/environments/refused").status_code == 404
