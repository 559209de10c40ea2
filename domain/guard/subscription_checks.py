"""Whether the subscription lets an environment be built at all: room for its Front Door profile,
and what has to be registered."""

from collections.abc import Iterable, Mapping

from domain.environment.record import EnvironmentRecord
from domain.guard.demand import may_have_profile, profiles_to_be_built
from domain.guard.plan_check import PlanCheck, Verdict
from domain.guard.situation import Situation
from domain.guard.subscription import (
    FEATURES,
    PROFILES,
    PROVIDERS,
    REGISTERED,
    Subscription,
    SubscriptionPart,
)


def check_subscription(situation: Situation) -> tuple[PlanCheck, ...]:
    subscription, is_new = situation.subscription, situation.existing is None
    return (
        *_check_profiles(subscription, situation.existing, situation.in_flight),
        *_check_registrations(
            subscription,
            SubscriptionPart.PROVIDERS,
            "ProviderNotRegistered",
            {name: f"az provider register --namespace {name}" for name in PROVIDERS},
            is_new=is_new,
        ),
        *_check_registrations(
            subscription,
            SubscriptionPart.FEATURES,
            "FeatureNotRegistered",
            {name: _register_feature(name) for name in FEATURES},
            is_new=is_new,
        ),
    )


def _register_feature(feature: str) -> str:
    namespace, _, name = feature.partition("/")
    return f"az feature register --namespace {namespace} --name {name}"


def _check_profiles(
    subscription: Subscription,
    existing: EnvironmentRecord | None,
    in_flight: Iterable[EnvironmentRecord],
) -> Iterable[PlanCheck]:
    """Azure was seen to refuse a profile of a subscription that had 0 of 500."""
    if may_have_profile(existing):
        return
    quota = subscription.profiles
    if quota is None:
        yield _unknown(subscription, SubscriptionPart.PROFILES, PROFILES)
        return
    reserved = profiles_to_be_built(in_flight)
    is_short = quota.limit - max(quota.used, 0) - reserved < 1
    advice = "Delete profiles that are not used, or ask Azure support for a higher limit."
    yield PlanCheck(
        code="FrontDoorQuotaExceeded" if is_short else "QuotaSufficient",
        verdict=Verdict.FAIL if is_short else Verdict.OK,
        message=(
            f"Front Door profiles of the subscription: {quota.limit} allowed, {quota.used} in "
            f"use, {reserved} reserved by running operations; 1 more is needed. "
            f"{advice if is_short else ''}"
        ).strip(),
        target="edge",
        name=quota.name,
        required=1,
        used=quota.used,
        reserved=reserved,
        limit=quota.limit,
    )


def _check_registrations(
    subscription: Subscription,
    part: SubscriptionPart,
    failure: str,
    commands: Mapping[str, str],
    *,
    is_new: bool,
) -> Iterable[PlanCheck]:
    """One check for all that are registered, and one for each that is not: a warning where the
    environment was built without it."""
    states = subscription.states_of(part)
    if states is None:
        yield _unknown(subscription, part, ", ".join(commands))
        return
    open_ones = [name for name in commands if states.get(name) != REGISTERED]
    for name in open_ones:
        state = states.get(name, "unknown")
        # While a registration runs, some regions accept requests already.
        is_certain = is_new and name in states and state not in ("Registering", "Pending")
        yield PlanCheck(
            code=failure,
            verdict=Verdict.FAIL if is_certain else Verdict.WARN,
            message=f"{name} is not registered in the subscription (state {state}). Run: "
            f"{commands[name]}",
            target="",
            name=name,
        )
    if len(open_ones) < len(commands):
        registered = ", ".join(name for name in commands if name not in open_ones)
        yield PlanCheck(
            code=f"{part.value[:-1].capitalize()}Registered",
            verdict=Verdict.OK,
            message=f"Registered in the subscription: {registered}.",
            target="",
        )


def _unknown(subscription: Subscription, part: SubscriptionPart, subject: str) -> PlanCheck:
    why = subscription.unread.get(part, "Azure's list does not name it.")
    return PlanCheck(
        code="SubscriptionUnknown",
        verdict=Verdict.WARN,
        message=f"What the subscription says about {subject} is unknown: {why}",
        target="",
    )
