"""Resource groups, by the SDK and on the wire."""

from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from emulators.tests.contract.arm.conftest import Arm, Azure
from emulators.tests.support.arm_bodies import cluster_body
from emulators.tests.support.simulator import Control

GROUP = "resourceGroups/gp-fraud"


async def test_a_group_is_created_read_listed_and_deleted(azure: Azure) -> None:
    groups = azure.groups.resource_groups
    created = await groups.create_or_update(
        "gp-fraud", {"location": "West Europe", "tags": {"a": "b"}}
    )
    assert (created.location, created.tags) == ("westeurope", {"a": "b"})
    assert created.properties is not None
    assert created.properties.provisioning_state == "Succeeded"
    assert await groups.check_existence("GP-Fraud")
    assert [each.name async for each in groups.list()] == ["gp-fraud"]

    await (await groups.begin_delete("gp-fraud")).result()

    assert not await groups.check_existence("gp-fraud")
    assert set(azure.retry_after.seen) == {"15"}


async def test_a_put_answers_201_for_a_new_group_and_200_for_an_old_one(arm: Arm) -> None:
    first = await arm.call("PUT", GROUP, {"location": "westeurope"})
    second = await arm.call("PUT", GROUP, {"location": "westeurope", "tags": {"a": "b"}})
    assert (first.status, second.status) == (201, 200)
    assert first.body == {
        "id": f"{arm.subscription}/resourceGroups/gp-fraud",
        "name": "gp-fraud",
        "type": "Microsoft.Resources/resourceGroups",
        "location": "westeurope",
        "properties": {"provisioningState": "Succeeded"},
    }
    assert second.body["tags"] == {"a": "b"}


async def test_a_deletion_is_followed_by_its_location_until_an_empty_200(arm: Arm) -> None:
    await arm.call("PUT", GROUP, {"location": "westeurope"})
    accepted = await arm.call("DELETE", GROUP)
    location = accepted.headers["Location"]
    assert (accepted.status, accepted.headers["Retry-After"]) == (202, "15")
    assert "Azure-AsyncOperation" not in accepted.headers
    assert "/operationresults/" in location
    assert len(location) > 2500

    first = await arm.call("GET", location)
    assert (first.status, first.headers["Retry-After"]) == (202, "15")
    assert first.headers["Location"] == location
    last = first
    while last.status == 202:
        last = await arm.poll(location)
    assert (last.status, last.body) == (200, None)


async def test_a_deletion_takes_everything_along(azure: Azure, arm: Arm, control: Control) -> None:
    await arm.call("PUT", GROUP, {"location": "westeurope"})
    create = await azure.containers.managed_clusters.begin_create_or_update(
        "gp-fraud", "gp-fraud-westeurope", cluster_body()
    )
    await create.result()
    await (await azure.groups.resource_groups.begin_delete("gp-fraud")).result()

    state = await control.state()
    assert (state["resourceGroups"], state["resources"], state["clusters"]) == ([], {}, [])
    missing = await arm.call(
        "DELETE",
        f"{GROUP}/providers/Microsoft.ContainerService/managedClusters/gp-fraud-westeurope",
        api_version="2026-08-01",
    )
    assert missing.error == (404, "ResourceGroupNotFound")


async def test_nothing_is_written_into_a_group_that_is_being_deleted(arm: Arm) -> None:
    await arm.call("PUT", GROUP, {"location": "westeurope"})
    await arm.call("DELETE", GROUP)
    again = await arm.call("PUT", GROUP, {"location": "westeurope"})
    inside = await arm.call(
        "PUT",
        f"{GROUP}/providers/Microsoft.Cdn/profiles/gp-fraud",
        {"location": "global", "sku": {"name": "Standard_AzureFrontDoor"}},
    )
    assert again.error == inside.error == (409, "ResourceGroupBeingDeleted")
    assert "is in deprovisioning state" in again.message


async def test_deleting_again_joins_the_deletion_that_runs(arm: Arm) -> None:
    await arm.call("PUT", GROUP, {"location": "westeurope"})
    first = await arm.call("DELETE", GROUP)
    second = await arm.call("DELETE", GROUP)
    assert (first.status, second.status) == (202, 202)
    path = first.headers["Location"].partition("?")[0]
    assert second.headers["Location"].startswith(path)


async def test_the_resources_of_a_group_are_listed_without_their_properties(
    azure: Azure, arm: Arm
) -> None:
    await arm.call("PUT", GROUP, {"location": "westeurope"})
    create = await azure.containers.managed_clusters.begin_create_or_update(
        "gp-fraud", "gp-fraud-westeurope", cluster_body()
    )
    await create.result()
    listed = [each async for each in azure.groups.resources.list_by_resource_group("GP-FRAUD")]
    assert [(each.name, each.type) for each in listed] == [
        ("gp-fraud-westeurope", "Microsoft.ContainerService/managedClusters")
    ]
    assert listed[0].tags == {"environment": "fraud", "managed-by": "gridplane"}


async def test_the_resources_of_a_group_are_found_by_a_filter(azure: Azure, arm: Arm) -> None:
    profile = {"location": "global", "sku": {"name": "Standard_AzureFrontDoor"}}
    for name in ("one", "two"):
        await arm.call("PUT", f"resourceGroups/gp-{name}", {"location": "westeurope"})
        path = f"resourceGroups/gp-{name}/providers/Microsoft.Cdn/profiles/{name}"
        await arm.call("PUT", path, profile, api_version="2026-10-01")
    for text in ("resourceGroup eq 'gp-two'", "RESOURCEGROUP eq 'GP-TWO'"):
        found = azure.groups.resources.list(filter=text)
        assert [each.name async for each in found] == ["two"]


async def two_profiles(azure: Azure, arm: Arm) -> None:
    profile: Any = {
        "location": "global",
        "sku": {"name": "Standard_AzureFrontDoor"},
        "tags": {"gridplane-environment": "fraud"},
    }
    for name in ("one", "two"):
        await arm.call("PUT", f"resourceGroups/gp-{name}", {"location": "westeurope"})
        await (await azure.cdn.profiles.begin_create(f"gp-{name}", name, profile)).result()


async def test_nested_resources_with_a_location_are_listed_by_their_type(
    azure: Azure, arm: Arm
) -> None:
    await two_profiles(azure, arm)
    endpoint: Any = {"location": "global"}
    for name in ("one", "two"):
        await azure.cdn.afd_endpoints.begin_create(f"gp-{name}", name, name, endpoint)
    found = azure.groups.resources.list(
        filter="resourceType eq 'Microsoft.Cdn/profiles/afdEndpoints'"
    )
    assert [each.name async for each in found] == ["one/one", "two/two"]


async def test_a_list_of_resources_comes_in_pages_of_the_size_that_is_asked_for(
    azure: Azure, arm: Arm
) -> None:
    await two_profiles(azure, arm)
    wanted = "resourceType eq 'Microsoft.Cdn/profiles'"
    pages = azure.groups.resources.list(filter=wanted, top=1).by_page()
    names = [[each.name async for each in page] async for page in pages]
    assert names == [["one"], ["two"]]


async def test_tags_are_left_out_of_a_list_that_is_filtered_by_tag(azure: Azure, arm: Arm) -> None:
    await two_profiles(azure, arm)
    by_tag = "tagName eq 'gridplane-environment' and tagValue eq 'fraud'"
    by_type = "resourceType eq 'Microsoft.Cdn/profiles'"
    tags = {
        text: [each.tags async for each in azure.groups.resources.list(filter=text)]
        for text in (by_tag, by_type)
    }
    assert tags[by_tag] == [None, None]
    assert tags[by_type] == [{"gridplane-environment": "fraud"}] * 2


@pytest.mark.parametrize(
    ("name", "body", "status", "code"),
    [
        pytest.param("gp-x", {}, 400, "LocationRequired", id="no location"),
        pytest.param(
            "gp-x",
            {"location": "atlantis"},
            400,
            "LocationNotAvailableForResourceGroup",
            id="unknown location",
        ),
        pytest.param(
            "gp-x!", {"location": "westeurope"}, 400, "InvalidResourceGroup", id="bad character"
        ),
        pytest.param(
            "gp-x.", {"location": "westeurope"}, 400, "InvalidResourceGroup", id="dot at the end"
        ),
        pytest.param(
            "gp-old", {"location": "eastus"}, 409, "InvalidResourceGroupLocation", id="moved"
        ),
    ],
)
async def test_a_bad_group_is_refused(
    azure: Azure, name: str, body: dict[str, str], status: int, code: str
) -> None:
    groups = azure.groups.resource_groups
    await groups.create_or_update("gp-old", {"location": "westeurope"})
    with pytest.raises(HttpResponseError) as caught:
        await groups.create_or_update(name, body)  # type: ignore[arg-type]
    assert (caught.value.status_code, caught.value.error.code) == (status, code)  # type: ignore[union-attr]


async def test_a_missing_group_is_not_found(azure: Azure) -> None:
    with pytest.raises(ResourceNotFoundError) as caught:
        await azure.groups.resource_groups.get("gp-nothing")
    assert caught.value.error is not None
    assert caught.value.error.message == "Resource group 'gp-nothing' could not be found."


@pytest.mark.parametrize(
    ("text", "names"),
    [
        pytest.param("tagName eq 'managed-by'", ["gp-one", "gp-two"], id="tag"),
        pytest.param("tagName eq 'Managed-By'", ["gp-one", "gp-two"], id="tag in another case"),
        pytest.param(
            "tagName eq 'managed-by' and tagValue eq 'gridplane'", ["gp-one"], id="tag and value"
        ),
        pytest.param("tagName eq 'nothing'", [], id="no such tag"),
    ],
)
async def test_groups_are_filtered_by_tags(azure: Azure, text: str, names: list[str]) -> None:
    groups = azure.groups.resource_groups
    for name, tags in [("gp-one", {"managed-by": "gridplane"}), ("gp-two", {"managed-by": "x"})]:
        await groups.create_or_update(name, {"location": "westeurope", "tags": tags})
    await groups.create_or_update("other", {"location": "westeurope"})
    assert [each.name async for each in groups.list(filter=text)] == names


async def test_a_filter_that_arm_does_not_know_is_refused(azure: Azure) -> None:
    with pytest.raises(HttpResponseError, match="InvalidFilterInQueryString"):
        [each async for each in azure.groups.resource_groups.list(filter="tags has 'a'")]
