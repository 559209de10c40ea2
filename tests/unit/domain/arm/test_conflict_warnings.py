"""What a warning tells of settings that others have changed, however many and long they are."""

import pytest

from domain.arm.conflict_warnings import Conflict, build_warnings


def told(*conflicts: Conflict) -> str:
    (warning,) = build_warnings("/route", "fraud-llm", conflicts)
    return warning.message


def conflicts(count: int, *, is_kept: bool) -> list[Conflict]:
    return [Conflict(f"p{number}", 1, 2, is_kept) for number in range(count)]


@pytest.mark.parametrize("is_kept", [True, False], ids=["kept", "set again"])
@pytest.mark.parametrize(
    ("count", "shown", "rest"),
    [(2, 2, ""), (10, 10, ""), (11, 10, ", 1 more"), (30, 10, ", 20 more")],
)
def test_the_first_ten_settings_are_listed(count: int, shown: int, rest: str, is_kept: bool):
    listed = ", ".join(f"p{number} (found 1, wanted 2)" for number in range(shown))
    assert f": {listed}{rest}." in told(*conflicts(count, is_kept=is_kept))


@pytest.mark.parametrize(
    ("found", "shown"),
    [
        (None, "nothing"),
        ({"a": [1, 2], "b": "c"}, '{"a":[1,2],"b":"c"}'),
        ("x" * 118, '"' + "x" * 118 + '"'),
        ("x" * 119, '"' + "x" * 119 + "..."),
    ],
    ids=["nothing", "compact", "as long as may be", "too long"],
)
def test_a_value_is_shown_as_short_json(found: object, shown: str):
    assert f"p (found {shown}, wanted 1)" in told(Conflict("p", found, 1, True))
