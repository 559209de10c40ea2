"""What in an answer of ARM is the URL of an operation."""

import pytest

from clients.answers import ArmAnswer

URL = "https://management.azure.com/subscriptions/1/providers/x/operations/2?t=3"
OTHER = "https://management.azure.com/subscriptions/1/operationresults/2"
PATH = "/subscriptions/1/resourcegroups/g/providers/Microsoft.ManagedIdentity/x/y"


@pytest.mark.parametrize(
    ("headers", "url"),
    [
        ({}, None),
        ({"Azure-AsyncOperation": URL}, URL),
        ({"Location": OTHER}, OTHER),
        ({"Azure-AsyncOperation": URL, "Location": OTHER}, URL),
        pytest.param({"Location": PATH}, None, id="the path of the resource itself"),
    ],
)
def test_an_operation_has_a_url_with_a_host(headers: dict[str, str], url: str | None) -> None:
    assert ArmAnswer(201, headers, {}).operation_url == url
