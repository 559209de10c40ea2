"""Whether a specification that was valid when it was sent still is."""

from datetime import datetime

from domain.spec.model import EnvironmentSpec
from domain.spec.policy import SpecPolicy
from domain.spec.validation import parse_spec


def say_problems(spec: EnvironmentSpec, policy: SpecPolicy, now: datetime) -> str | None:
    """Rules, GPUs of an environment and the time may have changed; None if nothing is wrong."""
    found = parse_spec(spec.to_wire(), policy, now)
    if isinstance(found, EnvironmentSpec):
        return None
    return " ".join(f"{each.target}: {each.message}" for each in found)
