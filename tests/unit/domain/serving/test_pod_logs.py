"""Pages of a log: what is on each, and where the next one begins."""

from typing import Any

import pytest

from domain.serving.pod_logs import (
    PAGE_BYTES,
    LinePosition,
    PodLogPage,
    PodLogQuery,
    PodLogRefusal,
    build_log_options,
    build_log_page,
    choose_pod,
)
from tests.support.fake_pod_logs import POD, FakePodLogs, log_pod


def query(**changes: Any) -> PodLogQuery:
    return PodLogQuery("fraud-llm", "westeurope", **changes)


def at(second: int, nanosecond: int = 0) -> str:
    return f"2026-11-30T12:00:{second:02d}.{nanosecond:09d}Z"


def texts(page: PodLogPage) -> list[str]:
    return [line.text for line in page.value]


def position_of(page: PodLogPage) -> LinePosition:
    assert page.next_link
    position = LinePosition.parse(page.next_link.partition("skiptoken=")[2].replace("%3A", ":"))
    assert position
    return position


async def read(logs: FakePodLogs, **changes: Any) -> PodLogPage:
    page = await logs.read(query(**changes))
    assert isinstance(page, PodLogPage)
    return page


@pytest.mark.parametrize(
    ("pods", "wanted", "chosen"),
    [
        ([log_pod("b"), log_pod("a")], None, "a"),
        ([log_pod("a"), log_pod("b", ready=False)], None, "b"),
        ([log_pod("a"), log_pod("b", "Pending", ready=False)], None, "a"),
        ([log_pod("a"), log_pod("b")], "b", "b"),
        ([{"metadata": {"name": "new"}}], None, "new"),
    ],
)
def test_the_pod_that_tells_most_is_read(
    pods: list[dict[str, Any]], wanted: str | None, chosen: str
):
    found = choose_pod(pods, query(pod=wanted))
    assert not isinstance(found, PodLogRefusal)
    assert found.name == chosen


@pytest.mark.parametrize(
    ("pods", "wanted", "says"),
    [
        ([], None, "sleeps"),
        ([], "a", "Pods there: none."),
        ([log_pod("b")], "a", "There is no pod a in westeurope. Pods there: b."),
    ],
)
def test_a_pod_that_is_not_there_is_named(
    pods: list[dict[str, Any]], wanted: str | None, says: str
):
    found = choose_pod(pods, query(pod=wanted))
    assert isinstance(found, PodLogRefusal)
    assert (found.code, says in found.message) == ("PodNotFound", True)


def test_kubernetes_is_asked_for_the_last_lines_or_from_a_second_on():
    first = build_log_options(query(lines=7, previous=True))
    assert first == {
        "timestamps": "true",
        "limitBytes": str(PAGE_BYTES),
        "previous": "true",
        "tailLines": "7",
    }
    later = build_log_options(query(position=LinePosition(at(3, 5), 1)))
    assert later["sinceTime"] == "2026-11-30T12:00:03Z"
    assert "tailLines" not in later


async def test_each_line_is_read_once_whatever_is_written_meanwhile():
    logs = FakePodLogs()
    for number in range(3):
        logs.write(at(1, 5), f"a{number}")
    first = await read(logs, lines=2)
    assert texts(first) == ["a1", "a2"]
    logs.write(at(1, 5), "a3")
    logs.write(at(1, 6), "b")
    second = await read(logs, position=LinePosition(at(1, 5), 3))
    assert texts(second) == ["a3", "b"]
    third = await read(logs, position=position_of(second))
    assert (texts(third), position_of(third)) == ([], position_of(second))
    logs.write(at(2), "c")
    assert texts(await read(logs, position=position_of(third))) == ["c"]


async def test_a_log_without_lines_is_asked_for_again():
    page = await read(FakePodLogs(), lines=5)
    assert page.next_link == f"/environments/fraud-llm/logs?region=westeurope&pod={POD}&tail=5"


async def test_more_than_a_page_goes_on_with_the_next_whole_line():
    logs = FakePodLogs()
    for number in range(30):
        logs.write(at(number), f"{number} {'x' * 16_000}")
    page = await read(logs, lines=1000)
    seen = texts(page)
    assert page.is_truncated
    while page.is_truncated:
        page = await read(logs, position=position_of(page))
        seen += texts(page)
    assert seen == [f"{number} {'x' * 16_000}" for number in range(30)]


async def test_a_second_with_more_than_a_page_does_not_stop_the_log():
    logs = FakePodLogs()
    for number in range(20):
        logs.write(at(1, number), "x" * 16_000)
    logs.write(at(3), "after")
    page = await read(logs, lines=1000)
    seen: list[str] = []
    for _ in range(4):
        page = await read(logs, position=position_of(page))
        seen += texts(page)
    assert seen[-1] == "after"


async def test_the_next_page_of_a_previous_container_is_of_that_container():
    lines = [(at(number), "x" * 16_000) for number in range(30)]
    page = await read(FakePodLogs(previous={POD: lines}), previous=True, lines=1000)
    assert page.next_link
    assert page.next_link.startswith(
        f"/environments/fraud-llm/logs?region=westeurope&pod={POD}&previous=true&skiptoken="
    )


def test_a_page_that_ends_with_its_last_line_loses_none():
    line = f"{at(1)} {'x' * (PAGE_BYTES // 2 - len(at(1)) - 2)}\n"
    page = build_log_page(query(), [log_pod()], _pod(), line * 2)
    assert (page.is_truncated, len(page.value)) == (True, 2)
    assert position_of(page) == LinePosition(at(1), 2)


def test_a_line_longer_than_a_page_is_told_as_far_as_it_goes():
    page = build_log_page(query(), [log_pod()], _pod(), f"{at(1)} {'x' * PAGE_BYTES}")
    assert [len(text) for text in texts(page)] == [PAGE_BYTES]


async def test_the_end_of_a_previous_container_has_no_next_page():
    logs = FakePodLogs(previous={POD: [(at(1), "CUDA out of memory")]})
    page = await read(logs, previous=True)
    assert (texts(page), page.next_link, page.previous) == (["CUDA out of memory"], None, True)


def test_odd_text_is_no_line_and_a_carriage_return_is_kept_inside():
    text = f"{at(1)} 10%\r20%\n\nno time here\n{at(2)}\n"
    page = build_log_page(query(), [log_pod()], _pod(), text)
    assert texts(page) == ["10%\r20%", ""]
    assert page.pods[0].restarts == 2
    ended = build_log_page(query(), [{"metadata": {"name": "new"}}], _pod(), f"{at(1)} 1\r\n")
    assert (texts(ended), ended.pods[0].phase) == (["1"], "Pending")


def _pod() -> Any:
    return choose_pod([log_pod()], query())


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "2026-11-30T12:00:00Z_1", f"2026-11-31T12:00:00.{0:09d}Z_1", f"{at(1)}_x"],
)
def test_a_position_that_no_page_has_is_refused(text: str):
    assert LinePosition.parse(text) is None
