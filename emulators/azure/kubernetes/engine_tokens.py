"""What the model server of a pod has worked on since it started."""

from dataclasses import dataclass


@dataclass(slots=True)
class EngineTokens:
    requests: int = 0
    prompt: int = 0
    generated: int = 0
