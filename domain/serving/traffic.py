"""What gateways tell of two versions that serve side by side: routes, answers, times."""

from typing import Self

from domain.serving.gateway.listeners import PUBLIC_LISTENER
from domain.serving.gateway.routes import MODEL_CLUSTER, NEXT_CLUSTER, ROUTE_CONFIG
from domain.serving.prometheus_text import MetricSample, read_samples
from domain.wire import WireModel

_COUNTERS = (
    rf"cluster\.({MODEL_CLUSTER}|{NEXT_CLUSTER})\.upstream_rq_(total|active|completed|5xx|time)",
    rf"cluster\.({MODEL_CLUSTER}|{NEXT_CLUSTER})\.membership_total",
    rf"http\.{PUBLIC_LISTENER}\.rds\.{ROUTE_CONFIG}\.version_text",
)
TRAFFIC_PATH = f"stats/prometheus?filter=^({'|'.join(_COUNTERS)})$&text_readouts"

_SENT = "envoy_cluster_upstream_rq_total"
_ACTIVE = "envoy_cluster_upstream_rq_active"
_ADDRESSES = "envoy_cluster_membership_total"
_ANSWERED = "envoy_cluster_upstream_rq_completed"
_BY_CLASS = "envoy_cluster_upstream_rq_xx"
_TIME = "envoy_cluster_upstream_rq_time_sum"
_TIMED = "envoy_cluster_upstream_rq_time_count"
_ROUTES = "envoy_http_rds_version_text"
_METRICS = (_SENT, _ACTIVE, _ADDRESSES, _ANSWERED, _BY_CLASS, _TIME, _TIMED, _ROUTES)


class Answers(WireModel):
    """Of one version. Answers that a gateway gave in its place count as well."""

    answered: int = 0
    failed: int = 0
    """With a status of 500 or above."""
    timed: int = 0
    milliseconds: float = 0
    """Of all that were timed together, until the end of each answer."""

    def plus(self, other: Self) -> Self:
        return self._combined(other, 1)

    def minus(self, other: Self) -> Self:
        return self._combined(other, -1)

    def _combined(self, other: Self, sign: int) -> Self:
        return type(self)(
            answered=self.answered + sign * other.answered,
            failed=self.failed + sign * other.failed,
            timed=self.timed + sign * other.timed,
            milliseconds=self.milliseconds + sign * other.milliseconds,
        )

    @property
    def mean_milliseconds(self) -> float | None:
        return self.milliseconds / self.timed if self.timed else None


class GatewayTraffic(WireModel):
    """The counters of one gateway since its start."""

    restarts: int
    routes: str
    """What it calls the routes that it has."""
    old: Answers
    new: Answers | None = None
    """None: it started before there could be another version."""
    old_active: int = 0
    new_active: int = 0
    """Requests under way."""
    old_addresses: int = 0
    new_addresses: int = 0
    """That the name of the version's Service has led to."""


class TrafficLook(WireModel):
    """One look at all gateways of an environment."""

    gateways: dict[str, GatewayTraffic]
    """By region and pod."""
    unread: tuple[str, ...] = ()
    """Gateways that did not answer, and regions whose cluster did not."""


def read_traffic(text: str, restarts: int) -> GatewayTraffic | None:
    """None for what is not a gateway's counters."""
    answers: dict[str, dict[str, float]] = {MODEL_CLUSTER: {}, NEXT_CLUSTER: {}}
    routes = ""
    for name, sample in read_samples(text, _METRICS):
        if name == _ROUTES:
            routes = sample.labels.get("text_value", "")
        elif (cluster := sample.labels.get("envoy_cluster_name")) in answers:
            answers[cluster] |= _counted(name, sample)
    old, new = answers[MODEL_CLUSTER], answers[NEXT_CLUSTER]
    if _SENT not in old or not routes:
        return None
    return GatewayTraffic(
        restarts=restarts,
        routes=routes,
        old=_answers(old),
        new=_answers(new) if _SENT in new else None,
        old_active=int(old.get(_ACTIVE, 0)),
        new_active=int(new.get(_ACTIVE, 0)),
        old_addresses=int(old.get(_ADDRESSES, 0)),
        new_addresses=int(new.get(_ADDRESSES, 0)),
    )


def _counted(name: str, sample: MetricSample) -> dict[str, float]:
    is_other = name == _BY_CLASS and sample.labels.get("envoy_response_code_class") != "5"
    return {} if is_other else {name: sample.value}


def _answers(values: dict[str, float]) -> Answers:
    """Envoy lists no counter that has not counted yet."""
    return Answers(
        answered=int(values.get(_ANSWERED, 0)),
        failed=int(values.get(_BY_CLASS, 0)),
        timed=int(values.get(_TIMED, 0)),
        milliseconds=values.get(_TIME, 0.0),
    )
