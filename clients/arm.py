"""How Azure Resource Manager is connected to, for every management package alike."""

from collections.abc import Callable
from dataclasses import dataclass

import aiohttp
from azure.core.credentials_async import AsyncTokenCredential
from azure.mgmt.core.policies import ARMHttpLoggingPolicy, AsyncARMChallengeAuthenticationPolicy

from clients.answering import build_pipeline

ARM_SCOPE = "https://management.azure.com/.default"


@dataclass(frozen=True, slots=True)
class ArmConnection:
    endpoint: str
    subscription_id: str
    credential: AsyncTokenCredential
    session: aiohttp.ClientSession

    def connect[Package](self, package: Callable[..., Package]) -> Package:
        """The async client of a management package.

        Each has policies of its own: azure-core links the objects it is given into a chain.
        """
        authentication = AsyncARMChallengeAuthenticationPolicy(self.credential, ARM_SCOPE)
        return package(
            credential=self.credential,
            subscription_id=self.subscription_id,
            base_url=self.endpoint,
            **build_pipeline(self.session, authentication, ARMHttpLoggingPolicy()),
        )
