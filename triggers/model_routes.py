"""The routes of the registry of models: parameters, responses and handlers."""

from typing import Any

from domain.requests.app_roles import AppRole
from domain.serving.models import ModelPage, ModelVersionView, ModelView
from domain.spec.model_versions import ModelContent
from triggers.declarations import AnswerHeader, DeclaredAnswer, DeclaredBody, Route
from triggers.declared_answers import (
    BODY_CODES,
    BODY_TOO_LARGE,
    FORBIDDEN,
    NOT_JSON,
    QUERY_CODES,
    REPEATABILITY_RESULT,
    TASK_HUB_UNREACHABLE,
    URL,
    decline,
    invalid,
)
from triggers.http_models import (
    delete_model,
    delete_model_version,
    get_model,
    get_model_version,
    get_models,
    post_model,
)
from triggers.parameters import (
    HeaderParameters,
    PageQuery,
    QueryParameters,
    RepeatableHeaders,
)

VERSION_LOCATION = AnswerHeader("Location", "Relative URL of the version.", URL)
EXAMPLE_MODEL = {
    "name": "fraud-llm",
    "image": f"acmeml.azurecr.io/vllm@sha256:{'0123456789abcdef' * 4}",
    "command": ["vllm", "serve"],
    "args": ["/mnt/weights", "--served-model-name=fraud-llm"],
    "source": "az://acmemodels/weights/fraud-llm/7",
    "digest": f"sha256:{'0123456789abcdef' * 4}",
    "sizeGiB": 15,
}
VERSION_HEADERS = (VERSION_LOCATION, REPEATABILITY_RESULT)
IN_USE = decline(
    409,
    "Environments refer to it, or a change that waits for approval does, or a request that is "
    "being decided; the message names environments that the caller sees.",
    "ModelInUse",
)
DELETE_ANSWERS = (
    DeclaredAnswer(204, "It does not exist, or no longer."),
    invalid(*QUERY_CODES),
    FORBIDDEN,
    IN_USE,
    TASK_HUB_UNREACHABLE,
)

MODEL_ROUTES: tuple[Route[Any, Any], ...] = (
    Route(
        method="POST",
        path="models",
        operation_id="registerModelVersion",
        summary="Register a version of a model",
        description="Versions are numbered from 1 and never change. The same content again is the "
        "same version. An environment refers to one by `workload.model`, with `name` and "
        "`version` alone: image, arguments and weights are those of the version.",
        handler=post_model,
        role=AppRole.WRITE,
        query=QueryParameters,
        headers=RepeatableHeaders,
        body=DeclaredBody(ModelContent, EXAMPLE_MODEL),
        answers=(
            DeclaredAnswer(200, "The version exists.", (ModelVersionView,), VERSION_HEADERS),
            DeclaredAnswer(201, "The new version.", (ModelVersionView,), VERSION_HEADERS),
            invalid(
                *QUERY_CODES,
                "InvalidHeader",
                *BODY_CODES,
                "MissingField",
                "UnknownField",
                "InvalidName",
                "InvalidValue",
                "ImageWithoutDigest",
            ),
            FORBIDDEN,
            decline(
                409,
                "The id was used with another version, or the model has too many.",
                "RepeatabilityRequestIdReused",
                "TooManyModelVersions",
            ),
            BODY_TOO_LARGE,
            NOT_JSON,
            TASK_HUB_UNREACHABLE,
        ),
    ),
    Route(
        method="GET",
        path="models",
        operation_id="listModels",
        summary="List the models of the registry",
        description="Sorted by name, each with its latest version. Follow `nextLink` until it is "
        "absent.",
        handler=get_models,
        role=AppRole.READ,
        query=PageQuery,
        headers=HeaderParameters,
        answers=(
            DeclaredAnswer(200, "A page of models.", (ModelPage,)),
            invalid(*QUERY_CODES, "InvalidQueryParameter"),
            FORBIDDEN,
            TASK_HUB_UNREACHABLE,
        ),
    ),
    Route(
        method="GET",
        path="models/{model}",
        operation_id="getModel",
        summary="Read a model with all of its versions",
        handler=get_model,
        role=AppRole.READ,
        query=QueryParameters,
        headers=HeaderParameters,
        answers=(
            DeclaredAnswer(200, "The model.", (ModelView,)),
            invalid(*QUERY_CODES),
            FORBIDDEN,
            decline(404, "The registry has no such model.", "ModelNotFound"),
            TASK_HUB_UNREACHABLE,
        ),
    ),
    Route(
        method="DELETE",
        path="models/{model}",
        operation_id="deleteModel",
        summary="Delete a model with all of its versions",
        description="Only while no environment refers to any of them. Numbers of deleted versions "
        "are not used again, and no plan, approval or rollback brings one back.",
        handler=delete_model,
        role=AppRole.WRITE,
        query=QueryParameters,
        headers=HeaderParameters,
        answers=DELETE_ANSWERS,
    ),
    Route(
        method="GET",
        path="models/{model}/versions/{version}",
        operation_id="getModelVersion",
        summary="Read a version of a model",
        handler=get_model_version,
        role=AppRole.READ,
        query=QueryParameters,
        headers=HeaderParameters,
        answers=(
            DeclaredAnswer(200, "The version.", (ModelVersionView,)),
            invalid(*QUERY_CODES),
            FORBIDDEN,
            decline(404, "The registry has no such version.", "ModelVersionNotFound"),
            TASK_HUB_UNREACHABLE,
        ),
    ),
    Route(
        method="DELETE",
        path="models/{model}/versions/{version}",
        operation_id="deleteModelVersion",
        summary="Delete a version of a model",
        description="Only while no environment refers to it, asleep or failed ones included. Its "
        "number is not used again, and no plan, approval or rollback brings it back.",
        handler=delete_model_version,
        role=AppRole.WRITE,
        query=QueryParameters,
        headers=HeaderParameters,
        answers=DELETE_ANSWERS,
    ),
)
