"""The text format of Prometheus, as Envoy and Python's client write it."""

import pytest

from domain.serving.prometheus_text import read_samples

NAMES = ("requests_total", "vllm:running")


def read(text: str) -> list[tuple[str, dict[str, str], float]]:
    found = read_samples(text, NAMES)
    return [(name, dict(sample.labels), sample.value) for name, sample in found]


@pytest.mark.parametrize(
    ("line", "labels", "value"),
    [
        ("requests_total 7", {}, 7),
        ("requests_total 7\r", {}, 7),
        ("requests_total{} 7", {}, 7),
        ("requests_total\t7", {}, 7),
        ("requests_total 7 1764500000000", {}, 7),
        ("requests_total 1.5e+06", {}, 1_500_000),
        ('requests_total{a="1"} 7', {"a": "1"}, 7),
        ('requests_total {a="1"} 7', {"a": "1"}, 7),
        ('requests_total{a="1",b="2",} 7', {"a": "1", "b": "2"}, 7),
        ('requests_total{ a = "1" , b = "2" } 7', {"a": "1", "b": "2"}, 7),
        ('requests_total{a="x} 9"} 7', {"a": "x} 9"}, 7),
        (r'requests_total{a="a \"b\"\\ \n",b="2"} 7', {"a": 'a "b"\\ \n', "b": "2"}, 7),
        ("requests_total{a=\"ä,b='1'\"} 7", {"a": "ä,b='1'"}, 7),
    ],
)
def test_a_sample_is_read_with_its_labels(line, labels, value) -> None:
    assert read(line) == [("requests_total", labels, value)]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "# TYPE requests_total counter",
        "requests_total",
        "requests_total{",
        'requests_total{a="1" 7',
        "requests_total seven",
        "requests_total NaN",
        "requests_total +Inf",
        "requests_total 7 and more",
        "requests_total_of_others 7",
        "other 7",
    ],
)
def test_what_is_no_number_of_these_names_is_left_out(line) -> None:
    assert read(f"{line}\nvllm:running 1") == [("vllm:running", {}, 1)]


def test_samples_keep_their_order() -> None:
    text = 'requests_total{a="1"} 1\nvllm:running 2\nother 3\nrequests_total{a="2"} 4\n'
    assert [value for *_, value in read(text)] == [1, 2, 4]
