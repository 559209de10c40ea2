"""Tags of one's own: each once, and none that Gridplane or Azure sets."""

import pytest
from pydantic_core import PydanticCustomError

from domain.spec.tags import check_tags


def test_free_names_are_kept_as_they_were_written():
    tags = {"Team": "ml", "stage": "test"}
    assert check_tags(tags) == tags


@pytest.mark.parametrize(
    ("names", "code", "text"),
    [
        (("Team", "team"), "DuplicateTag", "each tag once"),
        (("Owner",), "ReservedTag", "'owner' is set by Gridplane"),
        (("team", "cost-center"), "ReservedTag", "'cost-center' is set by Gridplane"),
        (("Azure.team",), "ReservedTag", "'azure.team' has a prefix"),
        (("microsoftteam",), "ReservedTag", "'microsoftteam' has a prefix"),
        (("windows-team",), "ReservedTag", "'windows-team' has a prefix"),
    ],
)
def test_other_names_are_refused(names: tuple[str, ...], code: str, text: str):
    with pytest.raises(PydanticCustomError) as refused:
        check_tags(dict.fromkeys(names, "x"))
    assert refused.value.type == code
    assert text in refused.value.message()
