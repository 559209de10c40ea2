import pytest

from domain.environment.edge_order import find_needs
from domain.environment.steps import plan_edge

REGIONS = ("westeurope", "swedencentral")


@pytest.mark.parametrize(
    ("kind", "needs"),
    [
        ("resourceGroup", ()),
        ("profile", ("edge/resourceGroup",)),
        ("endpoint", ("edge/profile",)),
        ("originGroup", ("edge/profile",)),
        ("origin", ("edge/originGroup",)),
        (
            "route",
            (
                "edge/endpoint",
                "edge/originGroup",
                "edge/origin/westeurope",
                "edge/origin/swedencentral",
            ),
        ),
        ("wafPolicy", ("edge/resourceGroup",)),
        ("securityPolicy", ("edge/endpoint", "edge/wafPolicy")),
    ],
)
def test_a_part_needs_what_azure_asks_for(kind: str, needs: tuple[str, ...]):
    edge = plan_edge(REGIONS)
    found = {find_needs(each, edge) for each in edge if each.kind == kind}
    assert found == {needs}


def test_a_route_of_private_origins_needs_none_of_the_edge():
    """They are parts of the cells."""
    edge = plan_edge(REGIONS, has_private_origins=True)
    route = next(each for each in edge if each.kind == "route")
    assert find_needs(route, edge) == ("edge/endpoint", "edge/originGroup")


@pytest.mark.parametrize("is_private", [False, True])
def test_each_part_is_planned_after_those_that_it_needs(is_private: bool):
    edge = plan_edge(REGIONS, has_private_origins=is_private)
    names = [each.step.name for each in edge]
    for place, part in enumerate(edge):
        assert set(find_needs(part, edge)) <= set(names[:place]), part.kind
