"""Models are built when they are first used; times are in UTC wherever the app runs."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest

import tests.support.preloaded  # noqa: F401 - it imports all models of the product
from domain.wire import WireModel, format_time


@pytest.mark.usefixtures("in_tokyo")
def test_a_time_is_written_in_utc_whatever_the_machines_time_zone():
    assert format_time(datetime(2026, 11, 22, 12, tzinfo=UTC)) == "2026-11-22T12:00:00Z"


def test_a_model_is_built_at_its_first_use_whichever_thread_is_first():
    class Inner(WireModel):
        number: int

    class Outer(WireModel):
        inner_values: tuple[Inner, ...]

    threads = 16
    together = Barrier(threads)

    def use(number: int) -> Outer:
        together.wait()
        return Outer.from_wire({"innerValues": [{"number": number}]})

    assert not Outer.__pydantic_complete__
    with ThreadPoolExecutor(threads) as pool:
        numbers = [outer.inner_values[0].number for outer in pool.map(use, range(threads))]
    assert numbers == list(range(threads))
    assert Outer.__pydantic_complete__


def test_every_model_can_be_built():
    built = [model for model in _models(WireModel) if model.model_rebuild() is not False]
    assert len(built) > 200


def _models(base: type[WireModel]) -> Iterator[type[WireModel]]:
    for model in base.__subclasses__():
        yield model
        yield from _models(model)
