"""The connection to Azure Resource Manager that all management packages share."""

from collections.abc import Callable
from dataclasses import dataclass

import aiohttp
from azure.core.credentials_async import AsyncTokenCredential
from azure.mgmt.core.policies import ARMHttpLoggingPolicy, AsyncARMChallengeAuthenticationPolicy

from clients.answering import build_pipeline


@dataclass(frozen=True, slots=True)
class ArmConnection:
    endpoint: str
    scope: str
    subscription_id: str
    credential: AsyncTokenCredential
    session: aiohttp.ClientSession

    def connect[Package](self, package: Callable[..., Package]) -> Package:
        """An async client of a management package.

        Clients cannot share policy objects: azure-core links those of a client into a chain.
        """
        authentication = AsyncARMChallengeAuthenticationPolicy(self.credential, self.scope)
        return package(
            credential=self.credential,
            subscription_id=self.subscription_id,
            base_url=self.endpoint,
            **build_pipeline(self.session, authentication, ARMHttpLoggingPolicy()),
        )
