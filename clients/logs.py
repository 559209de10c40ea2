"""Log Analytics, queried through the workspace that holds the audit of invocations."""

from functools import partial
from typing import Any, Self

import aiohttp
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.pipeline.policies import AsyncBearerTokenCredentialPolicy, HttpLoggingPolicy
from azure.monitor.query.aio import LogsQueryClient

from clients.answering import build_pipeline
from clients.answers import NoAnswer
from clients.resource_client import call_raw
from domain.serving.invocations.log_answer import LogAnswer, read_log_answer, unanswered

QUERY_SECONDS = 30
"""What Log Analytics may take. A caller of the API waits meanwhile."""


class LogsClient:
    def __init__(self, client: LogsQueryClient, workspace_id: str) -> None:
        self._client = client
        self._workspace_id = workspace_id

    @classmethod
    def connect(
        cls,
        endpoint: str,
        scope: str,
        workspace_id: str,
        credential: AsyncTokenCredential,
        session: aiohttp.ClientSession,
    ) -> Self:
        authentication = AsyncBearerTokenCredentialPolicy[Any, Any](credential, scope)
        pipeline = build_pipeline(session, authentication, HttpLoggingPolicy())
        return cls(LogsQueryClient(credential, endpoint=endpoint, **pipeline), workspace_id)

    async def query(self, query: str) -> LogAnswer:
        """`query`: in the Kusto query language. No answer is a refusal, too."""
        run = partial(self._client.query_workspace, timespan=None, server_timeout=QUERY_SECONDS)
        try:
            answer = await call_raw(run, self._workspace_id, query)
        except NoAnswer as error:
            return unanswered(str(error))
        return read_log_answer(answer.status, answer.headers, answer.body)
