"""Models of the cloud, and of any OpenAI-compatible server, through Semantic Kernel. Nobody else imports it.

The import takes seconds, so only `fusion.runtime` imports this module, when a model is asked. Of Semantic Kernel we use the
chat agent and its connectors; what is not used stays off: functions, prompt templates, retries, telemetry. Beneath both SDKs
each HTTP exchange is listened to (`Exchange`): they drop why a streamed reply ended, and read bodies of any length.
"""

from __future__ import annotations

import asyncio
import importlib.util
import logging
import os
import sys
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, cast
from urllib.parse import urlsplit

import httpx2
from azure.ai.inference.aio import ChatCompletionsClient
from azure.core.credentials import AzureKeyCredential
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import AzureError
from openai import AsyncOpenAI, DefaultAsyncHttpxClient, OpenAIError
from pydantic import SecretStr


def _deafen() -> None:
    """Keep Semantic Kernel's settings to what we pass: no environment, and no `.env` of the working folder.

    That folder may be the repository under review: its `.env` could turn on telemetry with whole prompts, or be a pipe that
    is never written to. They are read while the package is imported, so the module that holds their base comes first.
    """
    name = "semantic_kernel.kernel_pydantic"
    package = importlib.util.find_spec("semantic_kernel")
    if name not in sys.modules and package is not None and package.origin is not None:
        spec = importlib.util.spec_from_file_location(name, Path(package.origin).with_name("kernel_pydantic.py"))
        if spec is not None and spec.loader is not None:
            sys.modules[name] = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(sys.modules[name])
            settings = sys.modules[name].KernelBaseSettings
            # Its constructor names the file, and sources are read even where they are then left out.
            settings.__new__ = staticmethod(lambda cls, *_given, **_named: object.__new__(cls))
            settings.settings_customise_sources = classmethod(
                lambda _cls, _settings, init_settings, **_others: (init_settings,)
            )


_deafen()

from semantic_kernel.agents import ChatCompletionAgent, ChatHistoryAgentThread
from semantic_kernel.connectors.ai.azure_ai_inference import (
    AzureAIInferenceChatCompletion,
    AzureAIInferenceChatPromptExecutionSettings,
)
from semantic_kernel.connectors.ai.chat_completion_client_base import ChatCompletionClientBase
from semantic_kernel.connectors.ai.function_choice_behavior import FunctionChoiceBehavior
from semantic_kernel.connectors.ai.open_ai import OpenAIChatCompletion, OpenAIChatPromptExecutionSettings
from semantic_kernel.connectors.ai.prompt_execution_settings import PromptExecutionSettings
from semantic_kernel.contents import AuthorRole, ChatHistory, ChatMessageContent
from semantic_kernel.exceptions import KernelException
from semantic_kernel.functions import KernelArguments

from fusion.adapters.azure.credentials import signed_in
from fusion.adapters.loopback import is_loopback
from fusion.adapters.models import wire
from fusion.adapters.models.answers import UNNAMED, Exchange, Place, clean, most_bytes, most_characters, read
from fusion.adapters.models.entra import SCOPE, Bearer, Entra
from fusion.adapters.models.strictness import strict
from fusion.errors import UserError
from fusion.model import Ending, Prompt, Response, Usage
from fusion.ports import Heard

_FAILURES = (*wire.FAILURES, wire.TooMuch, KernelException, OpenAIError, AzureError)
_MISSHAPEN = (AssertionError, AttributeError, LookupError, TypeError, ValueError, RecursionError)
"""What the SDKs raise on JSON of another shape: they build their objects from it without looking."""
# Where nobody set up logging, their warnings would go to the terminal.
for _logger in ("azure", "semantic_kernel"):
    logging.getLogger(_logger).addHandler(logging.NullHandler())


class KernelModel:
    """One deployment, or one model of a server, asked through Semantic Kernel. `async with` holds its connections."""

    def __init__(
        self,
        *,
        kind: Literal["openai", "inference"],
        address: str,
        deployment: str,
        key: SecretStr | None = None,
        credential: AsyncTokenCredential | None = None,
        scope: str = SCOPE,
        api_version: str | None = None,
        region: str = "",
        schemas: Literal["strict", "plain", "none"] = "strict",
        temperature: bool = True,
        max_tokens: Literal["max_tokens", "max_completion_tokens"] = "max_completion_tokens",
        name: str = UNNAMED,
        key_name: str = "",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`kind`: by which connector; `address`: `https://NAME.openai.azure.com/openai/v1/`, `https://NAME.services.ai.azure.com/models`.

        `key` None: over https Entra ID (`credential`, or what this machine has: managed identity, workload identity, a
        developer's login); over http, which a server on this machine speaks, nothing.
        `schemas`: "strict" binds replies to the schema where its shape allows, without the keywords that AI Foundry refuses;
        "plain" sends it as it is (llama.cpp, vLLM); "none" sends none. `temperature`: whether the model takes one.
        `max_tokens`: by which name it takes the bound; inference always takes `max_tokens`.
        `name` and `key_name`: what the models file calls the endpoint, and the environment variable of its key, for messages.
        Raises UserError when address, deployment or identity cannot be used.
        """
        self.region = region
        self._kind, self._deployment = kind, deployment
        self._schemas, self._temperature, self._max_tokens, self._now = schemas, temperature, max_tokens, now
        self._stack = AsyncExitStack()
        _check(address, deployment, bool(credential))
        if key is None and credential is None and address.startswith("https://"):
            credential = signed_in()
            self._stack.push_async_callback(credential.close)
        entra = Entra(credential, scope) if key is None and credential is not None else None
        self._place = Place(name=name, deployment=deployment, key=key_name, entra=entra is not None)
        service = self._openai(address, key, entra) if kind == "openai" else self._inference(address, key, entra, api_version)
        self._agent = ChatCompletionAgent(service=service, function_choice_behavior=FunctionChoiceBehavior.NoneInvoke())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def complete(self, prompt: Prompt, *, heard: Heard | None = None) -> Response:
        """One attempt, within the prompt's limits; see `fusion.ports.Model`. With `heard` the reply is streamed."""
        limits = prompt.limits
        # As messages of a thread, never as instructions: those are rendered as a template.
        messages = [ChatMessageContent(role=AuthorRole(each.role), content=each.text) for each in prompt.messages]
        thread = ChatHistoryAgentThread(chat_history=ChatHistory(messages=messages))
        arguments = KernelArguments(settings=self._settings(prompt, streamed=heard is not None))
        exchange = Exchange(most=most_bytes(limits.output_tokens))
        started, first, text = time.monotonic(), None, None
        async with AsyncExitStack() as opened:
            token = wire.ATTEMPT.set(wire.Attempt(exchange=exchange, opened=opened))
            opened.callback(wire.ATTEMPT.reset, token)
            try:
                async with asyncio.timeout(limits.seconds) as deadline:
                    if heard is None:
                        text = (await self._agent.get_response(thread=thread, arguments=arguments)).message.content
                    else:
                        text = ""
                        async for part in self._agent.invoke_stream(thread=thread, arguments=arguments):
                            if piece := part.message.content:
                                first = time.monotonic() - started if first is None else first
                                text += piece
                                heard(clean(piece))
                            if len(text) > most_characters(limits.output_tokens):
                                break
            except TimeoutError:
                if deadline.expired():
                    return self._late(exchange, limits.seconds, first)
            except _FAILURES:
                # What went wrong is in the exchange; the SDKs' messages quote the other side at any length.
                text = None
            except _MISSHAPEN:
                if exchange.status is None:
                    raise
                text = None
        response = read(exchange, text, output_tokens=limits.output_tokens, place=self._place, now=self._now())
        return response.model_copy(update={"first_token": first})

    def _late(self, exchange: Exchange, seconds: float, first: float | None) -> Response:
        what = "whole reply from" if exchange.sent else "connection to"
        why = f"No {what} {self._place.name} within {seconds:g} seconds."
        usage = None if exchange.sent else Usage()
        return Response(
            ending=Ending.TIMED_OUT,
            model=self._deployment,
            usage=usage,
            reason=why,
            first_token=first,
            sent=exchange.sent,
        )

    def _settings(self, prompt: Prompt, *, streamed: bool) -> PromptExecutionSettings:
        limits = prompt.limits
        form = self._form(prompt)
        temperature = limits.temperature if self._temperature else None
        if self._kind == "openai":
            return OpenAIChatPromptExecutionSettings(
                temperature=temperature, response_format=form, **{self._max_tokens: limits.output_tokens}
            )
        # The connector mangles a schema that is given as a dictionary, and asks for no usage when it streams.
        extra: dict[str, Any] = {} if form is None else {"response_format": form}
        if streamed:
            extra["stream_options"] = {"include_usage": True}
        return AzureAIInferenceChatPromptExecutionSettings(
            temperature=temperature, max_tokens=limits.output_tokens, extra_parameters=extra or None
        )

    def _form(self, prompt: Prompt) -> dict[str, Any] | None:
        if self._schemas == "none":
            return None
        narrow = strict(prompt.reply_schema) if self._schemas == "strict" else None
        schema = {"name": prompt.schema_name, "schema": narrow or prompt.reply_schema, "strict": narrow is not None}
        return {"type": "json_schema", "json_schema": schema}

    def _openai(self, address: str, key: SecretStr | None, entra: Entra | None) -> ChatCompletionClientBase:
        async def trim(request: httpx2.Request) -> None:
            wire.trim(request)
            if key is None and entra is None:
                del request.headers["authorization"]

        client = AsyncOpenAI(
            base_url=address,
            api_key=key.get_secret_value() if key is not None else entra or "none",
            max_retries=0,
            # The whole attempt has one time-out, and it is ours.
            timeout=None,
            http_client=DefaultAsyncHttpxClient(
                follow_redirects=False,
                event_hooks={"request": [trim], "response": [wire.listen]},
                timeout=None,
                trust_env=wire.has_proxy(address),
            ),
        )
        self._stack.push_async_callback(client.close)
        # The type checker's plug-in overlooks the inherited constructor.
        return _OpenAI(ai_model_id=self._deployment, async_client=client, env_file_path=os.devnull)  # type: ignore[call-arg]

    def _inference(
        self, address: str, key: SecretStr | None, entra: Entra | None, api_version: str | None
    ) -> ChatCompletionClientBase:
        options: dict[str, Any] = {"api_version": api_version} if api_version else {}
        if key is None:
            options["authentication_policy"] = Bearer(entra)
        client = ChatCompletionsClient(
            address,
            # Without a key the policy speaks, and what stands here is not asked.
            AzureKeyCredential(key.get_secret_value()) if key is not None else cast(AsyncTokenCredential, Bearer(None)),
            transport=wire.Transport(trust_env=wire.has_proxy(address)),
            retry_total=0,
            permit_redirects=False,
            **options,
        )
        self._stack.push_async_callback(client.close)
        return _Inference(ai_model_id=self._deployment, client=client, env_file_path=os.devnull)


class _OpenAI(OpenAIChatCompletion):
    """The connector without its own accounts: it adds up tokens as they are told, and fails on what is no number."""

    def store_usage(self, response: object) -> None:
        """Count nothing."""

    def _get_metadata_from_chat_response(self, _response: object) -> dict[str, Any]:
        return {}

    def _get_metadata_from_streaming_chat_response(self, _response: object) -> dict[str, Any]:
        return {}


class _Inference(AzureAIInferenceChatCompletion):
    """The connector without its own accounts."""

    def _get_metadata_from_response(self, _response: object) -> dict[str, Any]:
        return {}


def _check(address: str, deployment: str, has_credential: bool) -> None:
    url = urlsplit(address)
    if url.scheme not in ("http", "https") or not url.hostname or url.username or url.password or url.query or url.fragment:
        raise UserError(
            "A model's address is https://HOST/PATH without user, query or fragment: correct it in the models file."
        )
    if not deployment.strip():
        raise UserError("A model needs the name of its deployment: name it in the models file.")
    if has_credential and url.scheme == "http" and not is_loopback(url.hostname):
        raise UserError("A token of Entra ID goes over https only: correct the model's address.")
