"""What callers read when the gateway answers in place of the model, in the API's error shape."""

from dataclasses import dataclass, field

from domain.serving.gateway.access_rules import OTHER_FRONT_DOOR
from domain.serving.gateway.envoy_json import EnvoyJson, literal, typed
from domain.serving.gateway.rate_limit import retry_after_seconds
from domain.serving.gateway.settings import GatewaySettings, GatewayState, TokenIssuer

ERROR_CODE_HEADER = "x-ms-error-code"
ANSWER_METADATA = "gridplane.answer"
"""Of a route: what the state of the environment makes of a model without a replica."""

STATE_RETRY_AFTER_SECONDS = 30
WOKEN_RETRY_AFTER_SECONDS = 60
"""By then the call was seen, and the environment is waking."""

KEYS_RETRY_AFTER_SECONDS = 5
OVERLOAD_RETRY_AFTER_SECONDS = 5

NO_REPLICA_FLAGS = ("UH", "UF", "URX", "UC")
"""Envoy's flags for: no healthy host, connection failed, retries used up, connection lost."""

OVERFLOW_FLAG = "UO"
"""Too many requests to the model at once."""

TOO_LITTLE_MEMORY = "overload"
"""The details of Envoy's reply, which sets no flag for it (1.39)."""


@dataclass(frozen=True, slots=True)
class GatewayAnswer:
    """One answer of the gateway, and which of Envoy's own replies it replaces."""

    replies: EnvoyJson
    code: str
    message: str
    status: int | None = None
    """If not Envoy's."""
    retry_after: int | str | None = None
    headers: dict[str, str] = field(default_factory=dict[str, str])
    more: dict[str, str] = field(default_factory=dict[str, str])
    """Further fields of the error."""


def build_answers(settings: GatewaySettings) -> EnvoyJson:
    """Envoy takes the first that matches."""
    limit = settings.access.rate_limit
    answers = [
        _not_through_front_door(),
        *(_token_answers(settings.issuer) if settings.issuer else ()),
        _not_an_invoker(),
        *((_too_many(retry_after_seconds(limit, settings.replicas)),) if limit else ()),
        _too_large(settings.limits.body_bytes),
        _no_replica(),
        *_failures(),
    ]
    return {"mappers": [_mapper(each) for each in answers]}


def build_state_answer(
    state: GatewayState, environment: str, status_url: str, *, wakes_on_request: bool = False
) -> EnvoyJson:
    """Metadata of a route, which the answer for a model without a replica reads."""
    code, message = _STATES[state]
    retry_after = STATE_RETRY_AFTER_SECONDS
    if wakes_on_request and state is GatewayState.ASLEEP:
        message, retry_after = _WOKEN, WOKEN_RETRY_AFTER_SECONDS
    return {
        "code": code,
        "message": message.format(environment=environment, status_url=status_url),
        "statusUrl": status_url,
        "retryAfter": str(retry_after),
    }


_STATES = {
    GatewayState.SERVING: (
        "ModelNotReady",
        "No replica of the model of environment '{environment}' is ready. {status_url} shows its "
        "health.",
    ),
    GatewayState.ASLEEP: (
        "EnvironmentAsleep",
        "Environment '{environment}' is asleep. POST {status_url}/wake wakes it; it is ready some "
        "ten minutes later.",
    ),
    GatewayState.WAKING: (
        "EnvironmentWaking",
        "Environment '{environment}' is waking up. {status_url} shows when it is ready.",
    ),
}


_WOKEN = (
    "Environment '{environment}' is asleep. This call wakes it within two minutes; it is ready "
    "some ten minutes later. {status_url} shows when."
)


def _not_through_front_door() -> GatewayAnswer:
    return GatewayAnswer(
        _details_start_with(f"rbac_access_denied_matched_policy[{OTHER_FRONT_DOOR}]"),
        "NotThroughFrontDoor",
        "Send the request to the endpoint of the environment.",
    )


def _not_an_invoker() -> GatewayAnswer:
    return GatewayAnswer(
        _details_start_with("rbac_access_denied"),
        "CallerNotAllowed",
        "The token is valid, but the environment names neither its object id nor one of its roles "
        "or groups as an invoker.",
    )


def _token_answers(issuer: TokenIssuer) -> tuple[GatewayAnswer, ...]:
    authority, audience = literal(issuer.authority), literal(issuer.audience)
    challenge = f'Bearer authorization_uri="{authority}", resource_id="{audience}"'
    refused = "jwt_authn_access_denied"
    return (
        GatewayAnswer(
            _details_start_with(f"{refused}{{Jwks_remote_fetch_is_failed"),
            "TokenKeysUnavailable",
            "The keys that verify access tokens cannot be read at the moment.",
            503,
            KEYS_RETRY_AFTER_SECONDS,
        ),
        GatewayAnswer(
            _details_start_with(f"{refused}{{Jwt_is_missing"),
            "MissingToken",
            "Send an access token: Authorization: Bearer <token>.",
            401,
            headers={"www-authenticate": challenge},
        ),
        # RFC 6750 has 401 for each of these; Envoy answers a wrong audience with 403.
        GatewayAnswer(
            _details_start_with(refused),
            "InvalidToken",
            "The access token is not valid here: %LOCAL_REPLY_BODY%.",
            401,
            headers={"www-authenticate": f'{challenge}, error="invalid_token"'},
        ),
    )


def _too_many(retry_after: int) -> GatewayAnswer:
    message = "The limit of requests per minute of this caller is reached."
    return GatewayAnswer(_status("EQ", 429), "TooManyRequests", message, retry_after=retry_after)


def _too_large(body_bytes: int) -> GatewayAnswer:
    message = f"The body of a request has at most {body_bytes} bytes."
    return GatewayAnswer(_status("EQ", 413), "RequestBodyTooLarge", message)


def _no_replica() -> GatewayAnswer:
    return GatewayAnswer(
        _flags(*NO_REPLICA_FLAGS),
        _of_route("code"),
        _of_route("message"),
        503,
        _of_route("retryAfter"),
        more={"statusUrl": _of_route("statusUrl")},
    )


def _failures() -> tuple[GatewayAnswer, ...]:
    overloaded = "More requests are under way than the gateway takes."
    silent = "The model sent nothing for too long."
    slow = "The request was not sent in time."
    return (
        *(
            GatewayAnswer(
                reply, "GatewayOverloaded", overloaded, 503, OVERLOAD_RETRY_AFTER_SECONDS
            )
            for reply in (_flags(OVERFLOW_FLAG), _details_start_with(TOO_LITTLE_MEMORY))
        ),
        GatewayAnswer(_status("EQ", 504), "ModelTimeout", silent),
        GatewayAnswer(_status("EQ", 408), "RequestTimeout", slow),
        GatewayAnswer(_status("GE", 500), "GatewayFailed", "%RESPONSE_CODE_DETAILS%"),
        GatewayAnswer(_status("GE", 400), "InvalidRequest", "%RESPONSE_CODE_DETAILS%"),
    )


def _details_start_with(text: str) -> EnvoyJson:
    cel = "envoy.access_loggers.extension_filters.cel"
    expression = f"response.code_details.startsWith('{text}')"
    message = typed(
        "extensions.access_loggers.filters.cel.v3.ExpressionFilter", expression=expression
    )
    return {"extension_filter": {"name": cel, "typed_config": message}}


def _status(comparison: str, status: int) -> EnvoyJson:
    value = {"default_value": status, "runtime_key": f"gateway.status.{status}"}
    return {"status_code_filter": {"comparison": {"op": comparison, "value": value}}}


def _flags(*flags: str) -> EnvoyJson:
    return {"response_flag_filter": {"flags": list(flags)}}


def _of_route(key: str) -> str:
    return f"%METADATA(ROUTE:{ANSWER_METADATA}:{key})%"


def _mapper(answer: GatewayAnswer) -> EnvoyJson:
    headers = {ERROR_CODE_HEADER: answer.code, **answer.headers}
    if answer.retry_after is not None:
        headers["retry-after"] = str(answer.retry_after)
    error = {"code": answer.code, "message": answer.message, **answer.more}
    status = {} if answer.status is None else {"status_code": answer.status}
    return {
        "filter": answer.replies,
        **status,
        "headers_to_add": [_set_header(name, value) for name, value in headers.items()],
        "body_format_override": {"json_format": {"error": error}},
    }


def _set_header(name: str, value: str) -> EnvoyJson:
    action = "OVERWRITE_IF_EXISTS_OR_ADD"
    return {"header": {"key": name, "value": value}, "append_action": action}
