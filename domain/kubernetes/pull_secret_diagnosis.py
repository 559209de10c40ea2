"""Diagnoses pulls whose credentials are missing: the registry only says that it knows nobody.

The pod that keeps the Secret with the credentials shows why there is none.
"""

import re

from domain.arm.naming import pull_secret_holder
from domain.kubernetes.evidence import build_failure, find_event
from domain.kubernetes.image_diagnosis import image_pull_failed, was_sent_credentials
from domain.kubernetes.observation import EventObservation, Observation, PodObservation
from domain.kubernetes.secret_diagnosis import find_secret_failure
from domain.outcomes import Failure

_HOLDER = re.compile(rf"Pod/(?P<pod>.+{re.escape(pull_secret_holder(''))}-.+)")

_NOT_RETRIEVED = "FailedToRetrieveImagePullSecret"


def explain_pull(pod: PodObservation, observation: Observation) -> Failure:
    failed = image_pull_failed(pod, observation)
    if was_sent_credentials(failed.message):
        return failed
    return _of_the_holder(observation) or _of_the_secret(pod, observation) or failed


def _of_the_holder(observation: Observation) -> Failure | None:
    """By the latest event that says why."""
    for event in observation.events:
        holder = _HOLDER.fullmatch(event.object)
        if holder is None:
            continue
        pod = PodObservation(name=holder["pod"], phase="Pending", ready=False)
        if event.reason == "FailedToCreateSecret":
            return _invalid(pod, event, observation)
        if event.reason == "FailedMount" and (failure := find_secret_failure(pod, observation)):
            return failure
    return None


def _invalid(pod: PodObservation, event: EventObservation, observation: Observation) -> Failure:
    return build_failure(
        "ImagePullSecretInvalid",
        f"The secret of workload.imagePullSecret cannot become a Secret of Kubernetes, says pod "
        f"{pod.name}: {event.message}. Its value is no .dockerconfigjson.",
        'Write a new version of it into the vault: {"auths": {"<host of the registry>": {"auth": '
        '"<base64 of user:password>"}}}, as docker login does. The pull is repeated.',
        observation,
    )


def _of_the_secret(pod: PodObservation, observation: Observation) -> Failure | None:
    event = find_event(
        observation.events,
        lambda each: each.reason == _NOT_RETRIEVED and each.object == f"Pod/{pod.name}",
    )
    if event is None:
        return None
    return build_failure(
        "ImagePullSecretMissing",
        f"Pod {pod.name} cannot pull its image, because the credentials for its registry are not "
        f"in the cluster: {event.message}",
        "Repair the environment: it applies again what reads workload.imagePullSecret. Check that "
        f"the pod {pull_secret_holder('<environment>')}-... runs, which keeps them.",
        observation,
    )
