"""Entra ID for model endpoints: a token on each request, and one sentence where none is to be had."""

from __future__ import annotations

from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import ClientAuthenticationError
from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import AsyncHTTPPolicy
from azure.core.rest import AsyncHttpResponse, HttpRequest

from fusion.adapters.models.wire import ATTEMPT

SCOPE = "https://cognitiveservices.azure.com/.default"
"""What a token for AI Foundry is asked for."""
_UNTOLD = "Entra ID gave no token"


class Entra:
    """A credential as both SDKs ask it: before each request. It keeps its token while that lasts."""

    def __init__(self, credential: AsyncTokenCredential, scope: str) -> None:
        self._credential, self._scope = credential, scope

    async def __call__(self) -> str:
        """The token. Raises ClientAuthenticationError, and tells the attempt, where there is none."""
        try:
            return (await self._credential.get_token(self._scope)).token
        except ClientAuthenticationError:
            ATTEMPT.get().exchange.untold = _UNTOLD
            raise


class Bearer(AsyncHTTPPolicy[HttpRequest, AsyncHttpResponse]):
    """Puts the token on a request; None: there is none to put. (The SDK's own forbids loopback.)"""

    def __init__(self, entra: Entra | None) -> None:
        super().__init__()
        self._entra = entra

    async def send(self, request: PipelineRequest[HttpRequest]) -> PipelineResponse[HttpRequest, AsyncHttpResponse]:
        """Pass the request on with its token."""
        if self._entra is not None:
            request.http_request.headers["Authorization"] = f"Bearer {await self._entra()}"
        return await self.next.send(request)
