"""Tests that share an expensive fixture run in one worker of xdist."""

import pytest


@pytest.mark.xdist_group("grouped")
def test_a_group_is_kept_in_one_worker(request: pytest.FixtureRequest):
    """pytest-xdist reads the group from the test's id; some versions of pytest drop it."""
    if not getattr(request.config.option, "loadgroup", False):
        pytest.skip("needs --dist loadgroup, as in `make test`")
    assert request.node.nodeid.endswith("@grouped")
