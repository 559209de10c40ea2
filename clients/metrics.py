"""Azure Monitor's metrics of Front Door profiles, read through its batch API."""

import asyncio
import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import batched
from typing import Any, Self

import aiohttp
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.pipeline.policies import AsyncBearerTokenCredentialPolicy, HttpLoggingPolicy
from azure.core.rest import HttpRequest

from clients.answering import AnsweringPipeline
from clients.answers import ArmAnswer, NoAnswer
from domain.sweep.usage import Sample

METRICS_SCOPE = "https://metrics.monitor.azure.com/.default"
API_VERSION = "2024-02-01"
IDS_PER_BATCH = 50
NAMESPACE = "Microsoft.Cdn/profiles"
REQUEST_COUNT = "RequestCount"
"""Client requests that the edge served; its health probes of origins do not count."""

logger = logging.getLogger("gridplane.clients")

type Counts = dict[str, tuple[Sample, ...] | None]


class MetricsClient:
    def __init__(self, pipeline: AnsweringPipeline, subscription_id: str) -> None:
        self._pipeline = pipeline
        self._path = f"/subscriptions/{subscription_id}/metrics:getBatch"

    @classmethod
    def connect(
        cls,
        endpoint: str,
        subscription_id: str,
        credential: AsyncTokenCredential,
        session: aiohttp.ClientSession,
    ) -> Self:
        authentication = AsyncBearerTokenCredentialPolicy[Any, Any](credential, METRICS_SCOPE)
        pipeline = AnsweringPipeline(endpoint, session, authentication, HttpLoggingPolicy())
        return cls(pipeline, subscription_id)

    async def request_counts(
        self,
        profile_ids: Sequence[str],
        start: datetime,
        interval_minutes: int = 1,
    ) -> Counts:
        """By profile; None if they could not be read, empty if Azure has no samples.

        The window ends now by Azure's clock: an end time of a slow local clock would hide the
        newest samples, and the remaining ones would not reveal it.
        """
        query = _build_query(start, interval_minutes)
        batches = batched(profile_ids, IDS_PER_BATCH, strict=False)
        found = await asyncio.gather(*(self._read_batch(batch, query) for batch in batches))
        return {profile_id: samples for counts in found for profile_id, samples in counts.items()}

    async def _read_batch(self, profile_ids: Sequence[str], query: Mapping[str, str]) -> Counts:
        try:
            answer = await self._query(profile_ids, query)
        except NoAnswer as error:
            return _unknown(profile_ids, str(error))
        if answer.status in {400, 404} and len(profile_ids) > 1:
            # A deleted profile fails the whole batch; halving it saves the others.
            half = len(profile_ids) // 2
            first = await self._read_batch(profile_ids[:half], query)
            return first | await self._read_batch(profile_ids[half:], query)
        if not answer.is_success:
            return _unknown(profile_ids, f"HTTP {answer.status}: {answer.body}")
        return _read_answer(answer, profile_ids)

    async def _query(self, profile_ids: Sequence[str], query: Mapping[str, str]) -> ArmAnswer:
        body = {"resourceids": list(profile_ids)}
        return await self._pipeline.send(
            HttpRequest("POST", self._path, params=dict(query), json=body)
        )


def _build_query(start: datetime, interval_minutes: int) -> dict[str, str]:
    """Without `endtime`, whose default is Azure's current time."""
    return {
        "starttime": _format_time(start),
        "interval": "PT1H" if interval_minutes == 60 else f"PT{interval_minutes}M",
        "metricnamespace": NAMESPACE,
        "metricnames": REQUEST_COUNT,
        "aggregation": "total",
        "api-version": API_VERSION,
    }


def _format_time(at: datetime) -> str:
    """The only format that the API documents: milliseconds and `Z`."""
    text = at.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def _read_answer(answer: ArmAnswer, profile_ids: Sequence[str]) -> Counts:
    """Azure does not return ids in the case in which they were sent."""
    try:
        found = {str(each["resourceid"]).lower(): each for each in answer.body["values"]}
        counts: Counts = {
            profile_id: _read_samples(found.get(profile_id.lower())) for profile_id in profile_ids
        }
    except (LookupError, TypeError, ValueError) as error:
        return _unknown(profile_ids, f"unexpected response: {error!r}")
    unread = [profile_id for profile_id, samples in counts.items() if samples is None]
    return counts | _unknown(unread, "the response omits them or reports an error")


def _read_samples(values: Mapping[str, Any] | None) -> tuple[Sample, ...] | None:
    metrics: Sequence[Mapping[str, Any]] = values["value"] if values else ()
    metric = next((each for each in metrics if each["name"]["value"] == REQUEST_COUNT), None)
    if metric is None or metric.get("errorCode", "Success") != "Success":
        return None
    return tuple(_samples(metric))


def _samples(metric: Mapping[str, Any]) -> Iterator[Sample]:
    """A point without a total is an interval without data, which is not zero."""
    for series in metric["timeseries"]:
        for point in series["data"]:
            if point.get("total") is not None:
                yield Sample(at=point["timeStamp"], count=point["total"])


def _unknown(profile_ids: Sequence[str], reason: str) -> Counts:
    if profile_ids:
        logger.warning(
            "Request counts of %d profiles are unknown, starting with %s: %s",
            len(profile_ids),
            profile_ids[0],
            reason,
        )
    return dict.fromkeys(profile_ids)
