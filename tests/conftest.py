"""The order in which tests are handed to the workers of xdist, and what they are spared."""

import gc
from importlib.util import find_spec

import pytest

from tests.support.order import find_seconds

collect_ignore = [] if find_spec("playwright") else ["portal"]
"""`make test-portal` has an environment with the driver of the browser."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Groups go first, then the longest, so that none is left for the end while other workers have
    nothing to do; all others keep their order."""
    items.sort(
        key=lambda item: (
            item.get_closest_marker("xdist_group") is None,
            -find_seconds(item.path),
        )
    )


def pytest_collection_finish() -> None:
    """Collected tests and imported modules live to the end: the garbage collector would look
    through their 400,000 objects again and again."""
    gc.freeze()
