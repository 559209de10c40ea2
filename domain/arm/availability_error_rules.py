"""Throttling and outages: errors that pass, worded alike by all services."""

import re

from domain.arm.azure_error import AzureError
from domain.arm.error_actions import REPEATED, REPEATED_UNLESS_OUTAGE, REPEATED_WHEN_ACCEPTED
from domain.arm.error_rule import code_rule, rule


def _gateway(error: AzureError, found: re.Match[str]) -> str:
    unanswered = f"Azure's gateway did not answer '{error.operation}'"
    if error.only_reads:
        return f"{unanswered}."
    return f"{unanswered}; the operation may have started nevertheless."


THROTTLED_ANSWER_RULES = (
    rule(
        "Throttled",
        r"",
        REPEATED_WHEN_ACCEPTED,
        retryable=True,
        statuses=(429,),
        source="documented: learn.microsoft.com/azure/azure-resource-manager/management/"
        "request-limits-and-throttling",
    ),
)

THROTTLING_RULES = (
    code_rule(
        "Throttled",
        r"\w*RequestsThrottled\w*|Throttled|TooManyRequests|RetryableError",
        REPEATED_WHEN_ACCEPTED,
        retryable=True,
        source="recorded: Microsoft.Network and Microsoft.Cdn; documented: AKS, "
        "learn.microsoft.com/azure/aks/quotas-skus-regions",
    ),
)

OUTAGE_RULES = (
    rule(
        "AzureGatewayError",
        r"",
        REPEATED,
        retryable=True,
        statuses=(408, 502, 504),
        source="recorded: azure-service-operator, 502 and 504 of polls, PUT and DELETE",
        describe=_gateway,
    ),
    code_rule(
        "AzureGatewayError",
        r"GatewayTimeout|BadGateway\w*|ServerTimeout",
        REPEATED,
        retryable=True,
        source="recorded: azure-service-operator",
        describe=_gateway,
    ),
    rule(
        "AzureUnavailable",
        r"",
        REPEATED_UNLESS_OUTAGE,
        retryable=True,
        statuses=(500, 503, *range(505, 600)),
        source="recorded: azure-service-operator, 500 InternalServerError with tracking ids",
    ),
    code_rule(
        "AzureUnavailable",
        r"InternalServerError|InternalOperationError|ServiceUnavailable|InternalExecutionError|"
        r"ServerBusy",
        REPEATED_UNLESS_OUTAGE,
        retryable=True,
        source="recorded: AKS, 500 InternalOperationError",
    ),
)
