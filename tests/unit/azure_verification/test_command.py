"""The command line of the verification, as far as it needs no Azure."""

import pytest

from tests.azure.__main__ import main
from tests.azure.assumptions import ASSUMPTIONS


def test_a_list_shows_every_assumption(capsys: pytest.CaptureFixture[str]):
    assert main(["--list"]) == 0
    shown = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert shown == [each.name for each in ASSUMPTIONS]


@pytest.mark.parametrize("arguments", [[], ["--subscription", ""], ["--unknown"]])
def test_a_wrong_call_does_not_look_like_something_left(arguments: list[str]):
    """argparse's own code is 2."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 3


def test_an_unknown_check_is_named(capsys: pytest.CaptureFixture[str]):
    assert main(["--subscription", "x", "--only", "nothing"]) == 3
    assert "No assumption is named nothing" in capsys.readouterr().out
