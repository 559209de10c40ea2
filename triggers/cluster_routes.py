"""The route to the clusters of an environment: parameters, responses and handler."""

from typing import Any

from domain.requests.app_roles import AppRole
from domain.serving.cluster_access import KubernetesAccess
from triggers.declarations import DeclaredAnswer, Route
from triggers.declared_answers import (
    FORBIDDEN,
    QUERY_CODES,
    RETRY_AFTER,
    UNKNOWN_ENVIRONMENT,
    decline,
    invalid,
)
from triggers.http_clusters import get_kubernetes_access
from triggers.parameters import HeaderParameters, QueryParameters

CLUSTER_ROUTES: tuple[Route[Any, Any], ...] = (
    Route(
        method="GET",
        path="environments/{name}/kubeconfig",
        operation_id="getKubernetesAccess",
        summary="Read what a kubeconfig for an environment's clusters is made of",
        description="Address and certificate authority of each cluster, and what a token has to "
        "be for: `gridplane kubeconfig NAME` writes the file. No credential is part of it: the "
        "Kubernetes API admits whom Azure RBAC admits, with a token of their own.",
        handler=get_kubernetes_access,
        role=AppRole.WRITE,
        query=QueryParameters,
        headers=HeaderParameters,
        answers=(
            DeclaredAnswer(200, "Where the clusters are.", (KubernetesAccess,)),
            invalid(*QUERY_CODES),
            FORBIDDEN,
            decline(
                404,
                "The environment does not exist, or none of its clusters.",
                *UNKNOWN_ENVIRONMENT.codes,
                "ClusterNotFound",
            ),
            decline(
                503,
                "AKS or the task hub does not answer.",
                "ClusterUnreachable",
                "TaskHubUnreachable",
                headers=(RETRY_AFTER,),
            ),
        ),
    ),
)
