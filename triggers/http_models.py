"""`/models`: versions of models, which environments refer to."""

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import islice
from typing import Any, cast
from urllib.parse import urlencode

import azure.functions as func

from domain.directory.selection import Selection
from domain.environment.operation import parse_operation_id
from domain.environment.record import EnvironmentRecord
from domain.problem import Problem
from domain.requests.model_use import describe_users, find_on_record, find_users, list_unbegun
from domain.serving.models import (
    ModelPage,
    build_model_summary,
    build_model_view,
    build_version_view,
)
from domain.spec.model_holds import Forgetting
from domain.spec.model_versions import (
    MAX_VERSIONS,
    MODEL_FIXES,
    ModelContent,
    ModelVersion,
    RegisteredModel,
    Registration,
)
from domain.spec.validation import find_field_problems
from triggers.bodies import decode_json
from triggers.declarations import Call
from triggers.directory import find_environments
from triggers.errors import (
    error_response,
    json_response,
    problems_response,
    task_hub_unreachable,
)
from triggers.models import (
    find_model,
    forget_version,
    list_models,
    read_unbegun,
    register_version,
)
from triggers.parameters import (
    HeaderParameters,
    PageQuery,
    QueryParameters,
    RepeatableHeaders,
)
from triggers.task_hub import read_record


async def post_model(call: Call[QueryParameters, RepeatableHeaders]) -> func.HttpResponse:
    """201 for a new version, 200 for one that has the same content."""
    content = _read_content(decode_json(call.req.get_body()))
    if isinstance(content, list):
        return problems_response(content)
    wanted = Registration(
        content=content,
        at=datetime.now(UTC),
        created_by=call.caller_id,
        request_id=call.headers.request_id,
    )
    model = await find_model(call.client, content.name)
    if model and (known := _answer_known(model, wanted, 200)):
        return known
    registered = await register_version(call.client, wanted)
    return (registered and _answer_known(registered, wanted, 201)) or task_hub_unreachable()


def _answer_known(
    model: RegisteredModel, wanted: Registration, status: int
) -> func.HttpResponse | None:
    """None if it can be registered, and is not yet."""
    if known := model.find_content(wanted.content):
        return _answer_version(known, status, wanted.request_id)
    if model.find_request(wanted.request_id):
        message = "The id was used with another version. Send a new id with a new request."
        return error_response(409, "RepeatabilityRequestIdReused", message)
    if len(model.versions) >= MAX_VERSIONS:
        name = wanted.content.name
        message = f"'{name}' has {MAX_VERSIONS} versions: delete one that nothing serves."
        return error_response(409, "TooManyModelVersions", message)
    return None


async def get_models(call: Call[PageQuery, HeaderParameters]) -> func.HttpResponse:
    query = call.query
    found = await list_models(call.client)
    following = [name for name in found if name > query.after]
    page = list(islice(following, query.page_size))
    next_link = None
    if len(page) < len(following):
        parameters = {**call.req.params, "skiptoken": page[-1]}
        next_link = f"/models?{urlencode(parameters)}"
    summaries = tuple(build_model_summary(name, found[name]) for name in page)
    return json_response(ModelPage(value=summaries, next_link=next_link))


async def get_model(call: Call[QueryParameters, HeaderParameters]) -> func.HttpResponse:
    name = call.req.route_params["model"]
    model = await find_model(call.client, name)
    if model is None:
        return _unknown_model(name)
    return json_response(build_model_view(name, model))


async def get_model_version(call: Call[QueryParameters, HeaderParameters]) -> func.HttpResponse:
    name, number = call.req.route_params["model"], call.req.route_params["version"]
    model = await find_model(call.client, name)
    version = model.find(number) if model else None
    if version is None:
        message = f"The registry has no version '{number}' of a model '{name}'."
        return error_response(404, "ModelVersionNotFound", message)
    return json_response(build_version_view(version))


async def delete_model(call: Call[QueryParameters, HeaderParameters]) -> func.HttpResponse:
    return await _delete(call, call.req.route_params["model"], None)


async def delete_model_version(call: Call[QueryParameters, HeaderParameters]) -> func.HttpResponse:
    return await _delete(call, call.req.route_params["model"], call.req.route_params["version"])


async def _delete(
    call: Call[QueryParameters, HeaderParameters], name: str, number: str | None
) -> func.HttpResponse:
    """204 also for what is not there."""
    model = await find_model(call.client, name)
    version = model.find(number) if model and number else None
    if model is None or (number and version is None):
        return func.HttpResponse(status_code=204)
    held = [each.operation_id for each in model.holds]
    records = await _read_users(call, held)
    unbegun = await read_unbegun(call.client, list_unbegun(records))
    if users := find_users(records, unbegun, name, number):
        return error_response(409, "ModelInUse", describe_users(users, call.scope))
    wanted = Forgetting(
        version=version.version if version else None,
        at=datetime.now(UTC),
        counted=find_on_record(held, records),
    )
    after = await forget_version(call.client, name, wanted)
    if after and after.find_obstacles(wanted):
        message = "A request that names it is being decided. Send the deletion again."
        return error_response(409, "ModelInUse", message)
    return func.HttpResponse(status_code=204) if after else task_hub_unreachable()


async def _read_users(
    call: Call[QueryParameters, HeaderParameters], held: Iterable[str]
) -> list[EnvironmentRecord]:
    """Of all environments. `held`: operations whose requests hold a version, and whose
    environments the directory may not list yet."""
    records, _ = await (await find_environments(call.client)).read(Selection())
    parsed = (parse_operation_id(each) for each in held)
    holding = {each.environment for each in parsed if each}
    latest = [await read_record(call.client, each) for each in sorted(holding)]
    known = (each for each in latest if each)
    return list({each.name: each for each in (*records, *known)}.values())


def _read_content(body: object) -> ModelContent | list[Problem]:
    if isinstance(body, Problem):
        return [body]
    if not isinstance(body, dict):
        return [Problem("InvalidBody", "Send a JSON object with the model.", "")]
    document = cast("dict[str, Any]", body)
    if problems := list(find_field_problems(ModelContent, document, MODEL_FIXES)):
        return problems
    content = ModelContent.from_wire(document)
    if content.lacks_digest:
        fix = "Blobs can be replaced: add the SHA-256 of the file SHA256SUMS in their folder."
        return [Problem("MissingField", fix, "digest")]
    return content


def _answer_version(
    version: ModelVersion, status: int, request_id: str | None
) -> func.HttpResponse:
    headers = {"Location": f"/models/{version.content.name}/versions/{version.version}"}
    if request_id:
        headers["Repeatability-Result"] = "accepted"
    return json_response(build_version_view(version), status, headers)


def _unknown_model(name: str) -> func.HttpResponse:
    return error_response(404, "ModelNotFound", f"The registry has no model '{name}'.")
