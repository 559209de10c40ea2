"""A limit per caller, as buckets of tokens that a gateway keeps for itself."""

from math import ceil

from domain.serving.gateway.access_rules import CLAIMS, TOKEN_FILTER
from domain.serving.gateway.envoy_json import EnvoyJson, extension, seconds
from domain.spec.access import AccessMode, RateLimit

RATE_LIMIT_FILTER = "envoy.filters.http.local_ratelimit"

CLIENT_ADDRESS_HEADER = "x-azure-socketip"
"""Set by Front Door from the connection; a client can forge what X-Azure-ClientIP says."""

MAX_CALLERS = 10_000
"""Buckets that are kept; the caller who was seen longest ago loses his first."""

_MINUTE = 60
_CALLER = "caller"


def build_rate_limit_filter(limit: RateLimit, mode: AccessMode, replicas: int) -> EnvoyJson:
    """Each replica keeps its share of the limit, since replicas do not know of each other."""
    bucket = {
        "max_tokens": max(1, (limit.burst or limit.requests_per_minute) // replicas),
        "tokens_per_fill": limit.requests_per_minute,
        "fill_interval": seconds(_MINUTE * replicas),
    }
    always = {"default_value": {"numerator": 100, "denominator": "HUNDRED"}}
    return extension(
        RATE_LIMIT_FILTER,
        "extensions.filters.http.local_ratelimit.v3.LocalRateLimit",
        stat_prefix="caller",
        filter_enabled=always,
        filter_enforced=always,
        # For a request that names no caller, and for such alone.
        token_bucket=bucket,
        always_consume_default_token_bucket=False,
        max_dynamic_descriptors=MAX_CALLERS,
        rate_limits=[{"actions": [_caller(mode)]}],
        # No value: every caller has a bucket of this size.
        descriptors=[{"entries": [{"key": _CALLER}], "token_bucket": bucket}],
    )


def retry_after_seconds(limit: RateLimit, replicas: int) -> int:
    """When a bucket that is empty has its next token."""
    return ceil(_MINUTE * replicas / limit.requests_per_minute)


def _caller(mode: AccessMode) -> EnvoyJson:
    if mode is AccessMode.NONE:
        header = {"header_name": CLIENT_ADDRESS_HEADER, "descriptor_key": _CALLER}
        return {"request_headers": header}
    key = {"key": TOKEN_FILTER, "path": [{"key": CLAIMS}, {"key": "oid"}]}
    return {"metadata": {"descriptor_key": _CALLER, "metadata_key": key, "source": "DYNAMIC"}}
