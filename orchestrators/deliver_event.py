"""Gets one event of an environment out, beside the operation that it tells of.

1. Publish; what can pass by itself is tried again, with growing pauses, until the deadline.
2. If it did not get out, the record says so. Nobody waits for it, and nothing fails by it.
"""

from datetime import timedelta
from typing import Any

from durabletask.task import OrchestrationContext

from domain import deadlines
from domain.durable import names
from domain.durable.inputs import StoryRef
from domain.environment.operation import environment_of
from domain.events.cloud_events import EventPublication
from domain.events.delivery import RecordWarning, build_warning, decide_pause
from domain.outcomes import Failure
from orchestrators.story import Steps, Story, utc_now


def deliver_event(context: OrchestrationContext, value: dict[str, Any]) -> Steps[dict[str, Any]]:
    publication = EventPublication.from_wire(value)
    story = _open(context, publication)
    outcome = yield from story.call(names.PUBLISH_EVENT, value)
    attempts = 1
    while outcome.is_worth_retrying and (yield from _pause(story, decide_pause(attempts))):
        outcome = yield from story.call(names.PUBLISH_EVENT, value)
        attempts += 1
    if outcome.failure:
        _warn(story, publication, outcome.failure)
    return outcome.to_wire()


def _open(context: OrchestrationContext, publication: EventPublication) -> Story:
    ref = StoryRef(
        environment=environment_of(publication.operation_id),
        operation_id=publication.operation_id,
        deadline=utc_now(context) + timedelta(seconds=deadlines.EVENT),
    )
    return Story.open(context, ref)


def _pause(story: Story, seconds: float) -> Steps[bool]:
    """False when the next attempt would come after the deadline."""
    is_in_time = story.now + timedelta(seconds=seconds) <= story.ref.deadline
    return is_in_time and (yield from story.pause(seconds))


def _warn(story: Story, publication: EventPublication, failure: Failure) -> None:
    news = RecordWarning(
        operation_id=publication.operation_id,
        at=story.now,
        warning=build_warning(publication, failure),
    )
    story.tell("record_warning", news.to_wire())
