"""Front Door profiles, providers and features of a subscription."""

from typing import Any

import pytest

from domain.catalog.offered_sizes import QuotaUse
from domain.environment.operation import OperationKind
from domain.environment.pinned_image import PinnedImage
from domain.guard.admission import find_refusal
from domain.guard.image_checks import WantedImage, check_image, wanted_images
from domain.guard.plan_check import PlanCheck, Verdict
from domain.guard.situation import Situation
from domain.guard.subscription import (
    FEATURES,
    PROVIDERS,
    REGISTERED,
    Subscription,
    SubscriptionPart,
    read_profile_usage,
)
from domain.guard.subscription_checks import check_subscription
from domain.images.answers import Pulled
from domain.outcomes import Failure, OperationWarning, Outcome
from tests.support.markets import a_market, a_subscription
from tests.support.specs import NOON, a_record, a_request, a_spec, in_azure, spec_body

WEST = "westeurope"


def check(subscription: Subscription, **situation: Any) -> tuple[PlanCheck, ...]:
    return check_subscription(Situation({}, subscription=subscription, **situation))


def profiles(used: int, limit: int) -> Subscription:
    return a_subscription(profiles=QuotaUse(name="afdprofile", used=used, limit=limit))


def states(**changes: str) -> dict[str, str]:
    named = {f"Microsoft.{name}": state for name, state in changes.items()}
    return {**dict.fromkeys(PROVIDERS, REGISTERED), **named}


def test_a_subscription_in_order_has_one_check_for_each_part():
    assert [(each.code, each.verdict) for each in check(a_subscription())] == [
        ("QuotaSufficient", Verdict.OK),
        ("ProviderRegistered", Verdict.OK),
        ("FeatureRegistered", Verdict.OK),
    ]


@pytest.mark.parametrize(
    ("used", "limit", "verdict"),
    [(0, 1, Verdict.OK), (1, 1, Verdict.FAIL), (-3, 0, Verdict.FAIL), (499, 500, Verdict.OK)],
)
def test_the_last_profile_is_granted(used: int, limit: int, verdict: Verdict):
    found = check(profiles(used, limit))[0]
    assert found.verdict is verdict
    assert (found.required, found.used, found.reserved, found.limit) == (1, used, 0, limit)
    assert (found.code == "FrontDoorQuotaExceeded") is (verdict is Verdict.FAIL)
    assert ("ask Azure support" in found.message) is (verdict is Verdict.FAIL)


def test_profiles_that_are_about_to_be_created_are_counted():
    other = a_record(a_request(spec=a_spec(name="other")))
    assert check(profiles(0, 1), in_flight=(other,))[0].verdict is Verdict.FAIL
    asked = in_azure(other, "edge/profile")
    assert check(profiles(0, 1), in_flight=(asked,))[0].reserved == 0
    running = other.operations[-1].model_copy(update={"kind": OperationKind.SCALE_DOWN})
    sleeping = other.model_copy(update={"operations": (running,)})
    assert check(profiles(0, 1), in_flight=(sleeping,))[0].reserved == 0


def test_an_environment_with_a_profile_needs_no_other():
    live = in_azure(a_record(a_request()), "edge/profile")
    assert "afdprofile" not in {each.name for each in check(profiles(1, 1), record=live)}
    begun = a_record(a_request())
    assert check(profiles(1, 1), record=begun)[0].verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("state", "verdict"),
    [
        ("NotRegistered", Verdict.FAIL),
        ("Unregistered", Verdict.FAIL),
        ("Unregistering", Verdict.FAIL),
        ("Registering", Verdict.WARN),
    ],
)
def test_a_provider_that_is_not_registered_says_what_to_run(state: str, verdict: Verdict):
    checks = check(a_subscription(providers=states(Cdn=state)))
    (found,) = [each for each in checks if each.verdict is not Verdict.OK]
    assert (found.code, found.verdict) == ("ProviderNotRegistered", verdict)
    assert (found.name, found.target) == ("Microsoft.Cdn", "")
    assert found.message == (
        f"Microsoft.Cdn is not registered in the subscription (state {state}). Run: az provider "
        "register --namespace Microsoft.Cdn"
    )
    (others,) = [each for each in checks if each.code == "ProviderRegistered"]
    assert "Microsoft.Cdn" not in others.message
    assert "Microsoft.Compute, Microsoft.ContainerService" in others.message


def test_a_provider_of_unknown_state_blocks_nothing():
    known = states()
    del known["Microsoft.Network"]
    (found,) = [
        each for each in check(a_subscription(providers=known)) if each.verdict is not Verdict.OK
    ]
    assert (found.name, found.verdict) == ("Microsoft.Network", Verdict.WARN)


def test_nothing_registered_is_a_failure_for_each_and_no_word_of_others():
    none = dict.fromkeys(PROVIDERS, "NotRegistered")
    codes = [each.code for each in check(a_subscription(providers=none))]
    assert codes.count("ProviderNotRegistered") == len(PROVIDERS)
    assert "ProviderRegistered" not in codes


def test_a_feature_that_is_not_registered_fails():
    checks = check(a_subscription(features={FEATURES[0]: "NotRegistered"}))
    (found,) = [each for each in checks if each.verdict is not Verdict.OK]
    assert (found.code, found.verdict) == ("FeatureNotRegistered", Verdict.FAIL)
    assert found.message.endswith(
        "az feature register --namespace Microsoft.Compute --name EncryptionAtHost"
    )
    pending = check(a_subscription(features={FEATURES[0]: "Pending"}))
    assert [each.verdict for each in pending if each.name == FEATURES[0]] == [Verdict.WARN]


@pytest.mark.parametrize("part", list(SubscriptionPart))
def test_what_cannot_be_read_is_a_warning_with_the_reason(part: SubscriptionPart):
    unread = a_subscription(unread={part: "403 Forbidden"}, **{part.value: None})
    (found,) = [each for each in check(unread) if each.verdict is not Verdict.OK]
    assert (found.code, found.verdict) == ("SubscriptionUnknown", Verdict.WARN)
    assert "403 Forbidden" in found.message


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([], None),
        ([{"resourceType": "profile", "currentValue": 1, "limit": 25}], None),
        (
            [
                {"resourceType": "profile", "currentValue": 1, "limit": 25},
                {"resourceType": "AfdProfile", "currentValue": 2, "limit": 500},
            ],
            (2, 500),
        ),
    ],
)
def test_profiles_are_found_in_the_list(items: list[Any], expected: tuple[int, int] | None):
    found = read_profile_usage(items)
    assert (found and (found.used, found.limit)) == expected


def test_requests_are_refused_in_the_same_words():
    bad = a_subscription(providers=states(Cdn="NotRegistered"))
    refused = find_refusal(a_spec(), Situation({WEST: a_market()}, subscription=bad))
    assert refused
    assert refused.code == "ProviderNotRegistered"
    image = PlanCheck(code="ImageNotFound", verdict=Verdict.FAIL, message="gone", target="x")
    found = find_refusal(
        a_spec(), Situation({WEST: a_market()}, subscription=a_subscription(), images=(image,))
    )
    assert found
    assert (found.code, found.message, found.target) == ("ImageNotFound", "gone", "x")
    assert find_refusal(a_spec(), Situation({WEST: a_market()})) is None, "unknown blocks nothing"


IMAGE = WantedImage(Pulled.IMAGE, "acmeml.azurecr.io/llm:1")


@pytest.mark.parametrize(
    ("outcome", "code", "verdict", "said"),
    [
        (
            Outcome.succeeded(digest="sha256:1"),
            "ImageFound",
            Verdict.OK,
            "acmeml.azurecr.io/llm:1 exists: sha256:1.",
        ),
        (Outcome.succeeded(), "ImageFound", Verdict.OK, "acmeml.azurecr.io/llm:1 exists."),
        (
            Outcome.failed(
                Failure(
                    reason="ImageNotFound",
                    message="It is gone.",
                    retryable=False,
                    suggested_action="Push it.",
                )
            ),
            "ImageNotFound",
            Verdict.FAIL,
            "It is gone. Push it.",
        ),
        (
            Outcome.succeeded().warning_of(
                (OperationWarning(code="ImageNotVerified", message="Why.", target="x"),)
            ),
            "ImageNotVerified",
            Verdict.WARN,
            "Why.",
        ),
    ],
)
def test_what_a_registry_says_is_a_check(outcome: Outcome, code: str, verdict: Verdict, said: str):
    found = check_image(IMAGE, outcome)
    assert (found.code, found.verdict, found.message) == (code, verdict, said)
    assert found.target == "workload.image"


REGISTRY = (
    "/subscriptions/5b5c5b5c-0000-4000-8000-000000000001/resourceGroups/r"
    "/providers/Microsoft.ContainerRegistry/registries/acmeml"
)


def test_images_are_those_of_the_registry():
    workload = {**spec_body()["workload"], "registry": REGISTRY, "image": IMAGE.reference}
    assert wanted_images(a_spec(workload=workload), None) == (IMAGE,)
    assert wanted_images(a_spec(), None) == ()


@pytest.mark.parametrize(
    ("reference", "looked_up"),
    [("acmeml.azurecr.io/llm:1", ()), ("acmeml.azurecr.io/llm:0", (IMAGE,))],
)
def test_an_image_that_runs_stays_whatever_has_become_of_its_tag(
    reference: str, looked_up: tuple[WantedImage, ...]
):
    pinned = PinnedImage(reference=reference, digest="sha256:1", resolved_at=NOON)
    workload = {**spec_body()["workload"], "registry": REGISTRY, "image": IMAGE.reference}
    assert wanted_images(a_spec(workload=workload), pinned) == looked_up


@pytest.mark.parametrize(
    ("running", "looked_up"), [("sha256:2", "acmeml.azurecr.io/llm@sha256:1"), ("sha256:1", None)]
)
def test_a_rollback_goes_back_to_a_digest_and_not_to_its_tag(running: str, looked_up: str | None):
    """The registry may have removed what no tag leads to."""
    now = PinnedImage(reference=IMAGE.reference, digest=running, resolved_at=NOON)
    restored = now.model_copy(update={"digest": "sha256:1"})
    workload = {**spec_body()["workload"], "registry": REGISTRY, "image": IMAGE.reference}
    found = wanted_images(a_spec(workload=workload), now, restored)
    assert [each.reference for each in found] == ([looked_up] if looked_up else [])


def test_what_was_built_without_a_feature_is_only_warned_of_it():
    unregistered = a_subscription(
        features={FEATURES[0]: "NotRegistered"}, providers=states(Cdn="NotRegistered")
    )
    live = in_azure(a_record(a_request()), "edge/profile")
    checks = check(unregistered, record=live)
    assert {each.verdict for each in checks if each.name} == {Verdict.WARN}
    assert [each.verdict for each in check(unregistered) if each.name][1:] == [
        Verdict.FAIL,
        Verdict.FAIL,
    ]
