import pytest

from domain.arm.resource_tags import overlay_tags, owning_environment

EARLIER = {"managed-by": "gridplane", "environment": "fraud-llm"}


@pytest.mark.parametrize(
    ("tags", "owner"),
    [
        ({}, None),
        ({"environment": "fraud-llm"}, None),
        ({"managed-by": "gridplane"}, None),
        ({"managed-by": "Gridplane", "environment": "fraud-llm"}, None),
        (EARLIER, "fraud-llm"),
        ({"MANAGED-BY": "gridplane", "Environment": "fraud-llm"}, "fraud-llm"),
        ({"gridplane-environment": "fraud-llm"}, "fraud-llm"),
        ({"GRIDPLANE-ENVIRONMENT": "fraud-llm", "environment": "production"}, "fraud-llm"),
        ({**EARLIER, "gridplane-environment": "other"}, "other"),
        ({**EARLIER, "gridplane-environment": ""}, ""),
    ],
)
def test_the_prefixed_tag_names_the_owner_and_else_both_earlier_tags(tags, owner):
    assert owning_environment(tags) == owner


@pytest.mark.parametrize(
    ("existing", "ours", "merged"),
    [
        ({}, {"owner": "a"}, {"owner": "a"}),
        ({"Owner": "b"}, {"owner": "a"}, {"Owner": "a"}),
        ({"team": "b"}, {"owner": "a"}, {"team": "b", "owner": "a"}),
        ({"Environment": "production"}, {"environment": "x"}, {"Environment": "production"}),
        ({}, {"environment": "x"}, {"environment": "x"}),
    ],
)
def test_tags_are_merged_without_a_second_spelling(existing, ours, merged):
    assert overlay_tags(existing, ours) == merged
