"""JSON schemas of the API's models, as the OpenAPI document contains them."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, models_json_schema
from pydantic_core import core_schema

REFERENCE = "#/components/schemas/{model}"


class _RequestSchemas(GenerateJsonSchema):
    """Omits field titles, which only repeat the field names."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


class _AnswerSchemas(_RequestSchemas):
    """Fields without a value are omitted, never null, and responses may gain fields."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        generated = super().model_schema(schema)
        generated.pop("additionalProperties", None)
        return generated

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        generated = super().default_schema(schema)
        if generated.get("default", ...) is None:
            del generated["default"]
        return generated


def build_schemas(
    requests: Sequence[type[BaseModel]],
    answers: Sequence[type[BaseModel]],
    parameters: Sequence[type[BaseModel]],
) -> dict[str, JsonSchemaValue]:
    """By name. A model of both requests and answers has its request schema."""
    named = {model.__name__ for model in parameters}
    found = {**_generate(answers, _AnswerSchemas), **_generate(parameters, _AnswerSchemas)}
    found = {name: schema for name, schema in found.items() if name not in named}
    return dict(sorted({**found, **_generate(requests, _RequestSchemas)}.items()))


def describe_properties(model: type[BaseModel]) -> dict[str, JsonSchemaValue]:
    schema = model.model_json_schema(ref_template=REFERENCE, schema_generator=_AnswerSchemas)
    return schema.get("properties", {})


def reference(model: type[BaseModel]) -> JsonSchemaValue:
    return {"$ref": REFERENCE.format(model=model.__name__)}


def _generate(
    models: Sequence[type[BaseModel]], generator: type[GenerateJsonSchema]
) -> dict[str, JsonSchemaValue]:
    _, schemas = models_json_schema(
        [(model, "validation") for model in models],
        ref_template=REFERENCE,
        schema_generator=generator,
    )
    return schemas.get("$defs", {})
