"""The durable entity `registered_model`: the versions of one model. One for each model."""

from collections.abc import Callable, Mapping
from typing import Any

from durabletask.entities import EntityContext

from domain.durable.names import ModelOperation
from domain.spec.model_holds import Forgetting, ModelHold
from domain.spec.model_versions import RegisteredModel, Registration

type ModelChange = Callable[[RegisteredModel, Any], RegisteredModel]

MODEL_CHANGES: Mapping[str, ModelChange] = {
    ModelOperation.REGISTER: lambda model, value: model.register(Registration.from_wire(value)),
    ModelOperation.HOLD: lambda model, value: model.hold(ModelHold.from_wire(value)),
    ModelOperation.FORGET: lambda model, value: model.forget(Forgetting.from_wire(value)),
}


def registered_model(context: EntityContext, value: Any) -> None:
    if context.operation not in MODEL_CHANGES:
        raise ValueError(f"the entity 'registered_model' has no operation '{context.operation}'")
    state = context.get_state()
    before = RegisteredModel.from_wire(state) if state else RegisteredModel()
    after = MODEL_CHANGES[context.operation](before, value)
    if after != before:
        context.set_state(after.to_wire())
