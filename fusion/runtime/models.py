"""The models that agents ask, and what governs them: behind endpoints, an exchange folder or a recording."""

from __future__ import annotations

import asyncio
import dataclasses
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, nullcontext
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import SecretStr

from fusion.errors import UserError
from fusion.ports import Model
from fusion.routing.readiness import CLOUD, NOT_INSTALLED
from fusion.runtime.storage import inference, recordings
from fusion.settings import Settings
from orchestrations.bundle import Bundle, Reasoning

if TYPE_CHECKING:
    from fusion.routing.catalogue import Endpoint, ModelsFile


@asynccontextmanager
async def thoughtful(
    bundle: Bundle, settings: Settings, *, exchange: Path | None = None, environ: Mapping[str, str] = os.environ
) -> AsyncIterator[Bundle]:
    """The bundle with the models that FUSION_MODELS names, and what governs them; unchanged where it names none.

    `exchange`: a folder through which another process answers every call instead. Raises UserError: the file cannot be used, or
    a key that it names is not set.
    """
    if settings.models is None and exchange is None:
        yield bundle
        return
    from fusion.budget.book import Book
    from fusion.routing import catalogue
    from fusion.routing.health import Breakers

    file = catalogue.exchanged(exchange) if exchange is not None else catalogue.read(settings.models)
    if not is_installed() and (asked := next((one for one in file.endpoints if one.kind in CLOUD), None)):
        raise UserError(f"The endpoint {asked.name!r} of the models file cannot be asked: {NOT_INSTALLED}.")
    async with AsyncExitStack() as stack:
        models = {
            endpoint.name: await stack.enter_async_context(_model(endpoint, environ))
            for endpoint in file.endpoints
            if endpoint.kind != "worker"
        }
        reasoning = Reasoning(
            models=models,
            file=file,
            breakers=Breakers(),
            book=Book(bundle.store, bundle.tenant, bundle.clock, currency=file.caps.currency),
            inference=await stack.enter_async_context(inference(settings, clock=bundle.clock)) if file.has_worker else None,
            recordings=await stack.enter_async_context(recordings(settings)) if file.has_worker else None,
            patience=file.worker.patience,
        )
        yield dataclasses.replace(bundle, reasoning=reasoning)


def is_installed() -> bool:
    """Whether the packages by which models of the cloud are asked are here; they are looked for and not imported."""
    return find_spec("semantic_kernel") is not None


async def unanswered(file: ModelsFile, environ: Mapping[str, str] = os.environ) -> Mapping[str, str]:
    """By name why endpoints cannot be asked now, though all that they need is set: each is asked at the same time, for free."""
    from fusion.adapters.models.probing import unanswered

    async def ask(endpoint: Endpoint) -> str:
        if endpoint.kind == "exchange":
            return "" if Path(endpoint.address).is_dir() else "its folder is not there"
        if endpoint.kind not in CLOUD or (endpoint.key and not environ.get(endpoint.key)):
            return ""
        key = SecretStr(environ[endpoint.key]) if endpoint.key else None
        kind: Literal["openai", "inference"] = "inference" if endpoint.kind == "inference" else "openai"
        return await unanswered(endpoint.address, kind=kind, key=key, entra=endpoint.sign_in == "entra")

    told = await asyncio.gather(*(ask(endpoint) for endpoint in file.endpoints))
    return {endpoint.name: why for endpoint, why in zip(file.endpoints, told, strict=True) if why}


def recorded(reasoning: Reasoning, file: Path) -> Reasoning:
    """The same models, each reply added to the end of the file."""
    from fusion.adapters.models.recorded import Recorder

    models = {name: Recorder(model, file) for name, model in reasoning.models.items()}
    return dataclasses.replace(reasoning, models=models)


def replayed(bundle: Bundle, models: ModelsFile, file: Path) -> Reasoning:
    """Models that answer as the file recorded them, routed by the models file. Raises UserError: it is no recording."""
    from fusion.adapters.models.recorded import RecordedModel
    from fusion.budget.book import Book
    from fusion.routing.health import Breakers

    model = RecordedModel(file)
    return Reasoning(
        models={endpoint.name: model for endpoint in models.endpoints},
        file=models,
        breakers=Breakers(),
        book=Book(bundle.store, bundle.tenant, bundle.clock, currency=models.caps.currency),
    )


def _model(endpoint: Endpoint, environ: Mapping[str, str]) -> AbstractAsyncContextManager[Model]:
    """The model behind one endpoint, opened when it is first asked. Raises UserError: its key is not set."""
    from fusion.adapters.models.late import LateModel

    secret = environ.get(endpoint.key, "") if endpoint.key else ""
    if endpoint.key and not secret:
        raise UserError(f"The endpoint {endpoint.name!r} of the models file signs in with {endpoint.key}, which is not set.")

    def make() -> AbstractAsyncContextManager[Model]:
        if endpoint.kind == "exchange":
            from fusion.adapters.models.exchange import ExchangeModel

            return nullcontext(ExchangeModel(Path(endpoint.address)))
        try:
            from agents.kernel import KernelModel
        except ImportError:
            raise UserError(f"The endpoint {endpoint.name!r} of the models file cannot be asked: {NOT_INSTALLED}.") from None
        return KernelModel(
            kind="inference" if endpoint.kind == "inference" else "openai",
            address=endpoint.address,
            deployment=endpoint.asked_for,
            # Where nobody signs in, no token of ours may be shown.
            key=SecretStr(secret or "none") if endpoint.sign_in != "entra" else None,
            region=endpoint.region,
            schemas="none" if not endpoint.structured else "plain" if endpoint.local else "strict",
            temperature=endpoint.temperature,
            name=endpoint.name,
            key_name=endpoint.key,
            max_tokens="max_completion_tokens" if endpoint.max_completion_tokens else "max_tokens",
        )

    return LateModel(make)
