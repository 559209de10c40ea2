"""The demo's story and its variations, over HTTP."""

import pytest

from emulators.stack.api import Api, SimulatedAzure
from tests.e2e.stories import delete, finish, leftovers, provision
from tests.support.specs import spec_body


def test_an_environment_becomes_ready_answers_leaves_nothing_and_its_name_is_free_again(
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

    again = provision(api, "whole-story", costCenter="ML-2")
    assert again["generation"] == 2
    assert delete(api, "whole-story")["status"] == "Succeeded"


def test_environments_of_one_and_of_two_regions_are_built_side_by_side(
    api: Api, azure: SimulatedAzure
):
    """Two cells are behind one edge; two environments have an edge each."""
    regions = {"twin-a": ["westeurope", "swedencentral"], "twin-b": ["westeurope"]}
    for operation in [
        api.create_environment(spec_body(name=name, regions=regions[name])) for name in regions
    ]:
        assert finish(api, operation)["status"] == "Succeeded"
    built = {name: api.get_environment(name) for name in regions}
    for name, environment in built.items():
        assert {cell["region"] for cell in environment["cells"]} == set(regions[name])
        assert len({cell["externalIp"] for cell in environment["cells"]}) == len(regions[name])
    assert len({environment["endpoint"] for environment in built.values()}) == 2
    for operation in [api.delete_environment(name) for name in regions]:
        assert finish(api, operation)["status"] == "Succeeded"
    assert leftovers(azure, "twin-") == []


def test_head_is_a_get_without_a_body_and_other_methods_are_refused(api: Api):
    got, head = api.get("/environments/nobody"), api.head("/environments/nobody")
    assert (head.status_code, head.content) == (404, b"")
    assert head.headers["x-ms-error-code"] == got.headers["x-ms-error-code"]
    refused = api.patch("/environments/nobody", json={})
    assert (refused.status_code, refused.headers["Allow"]) == (405, "GET, HEAD, PUT, DELETE")


def test_what_is_being_built_is_found_is_not_built_again_and_can_be_deleted(
    api: Api, azure: SimulatedAzure
):
    name = "changed-mind"
    first = api.post("/environments", json=spec_body(name=name))
    provisioning = first.json()["id"]
    assert api.get(f"/environments/{name}").json()["phase"] == "Provisioning"
    assert api.get(f"/operations/{provisioning}").json()["status"] == "Running"

    second = api.post("/environments", json=spec_body(name=name))
    assert (first.status_code, second.status_code) == (202, 202)
    monitor = first.headers["Operation-Location"]
    assert second.headers["Operation-Location"] == monitor
    other = api.post("/environments", json=spec_body(name=name, costCenter="ML-2"))
    assert other.status_code == 409
    assert other.headers["x-ms-error-code"] == "EnvironmentExists"
    assert other.headers["Operation-Location"] == monitor

    for operation in api.follow(provisioning, 60):
        cluster = next(s for s in operation["steps"] if s["name"].endswith("managedCluster"))
        if "resourceId" in cluster:
            break
    assert delete(api, name)["status"] == "Succeeded"
    assert api.get_operation(provisioning)["status"] == "Canceled"
    assert leftovers(azure, name) == []


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
