"""Who signs in to Azure: the one place that builds credentials, for every adapter.

What this process runs as is decided from its environment alone, in this order: a service principal with a secret or a
certificate; workload identity (AKS, and whoever else puts a token file there); GitHub Actions by its own OIDC token; the
managed identity of an app; else whatever the Azure SDK finds on a developer's machine or a virtual machine.

Adapters of one event loop share one credential, and so its cache of tokens; it is closed with the last of them.

Sources: learn.microsoft.com/azure/developer/python/sdk/authentication/credential-chains,
learn.microsoft.com/entra/workload-id/workload-identity-federation,
docs.github.com/actions/security-for-github-actions/security-hardening-your-deployments.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self
from weakref import WeakKeyDictionary

from fusion.adapters.azure.errors import first_line
from fusion.errors import UserError

if TYPE_CHECKING:
    from azure.core.credentials import AccessToken, AccessTokenInfo, TokenCredential, TokenRequestOptions

AUDIENCE = "api://AzureADTokenExchange"
"""What a federated token is issued for."""
_ASSERTED = 240.0
"""Seconds for which a token of GitHub Actions is used; it lives for five minutes."""
_LARGEST = 64 * 1024
"""Characters of a token that are looked at."""


class Kind(StrEnum):
    """How this process signs in."""

    SECRET = "service principal with a secret"
    CERTIFICATE = "service principal with a certificate"
    WORKLOAD = "workload identity"
    ACTIONS = "GitHub Actions (workload identity federation)"
    MANAGED = "managed identity"
    DEVELOPER = "developer's sign-in"


_READ: Mapping[Kind, tuple[str, ...]] = {
    Kind.SECRET: ("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"),
    Kind.CERTIFICATE: ("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_CERTIFICATE_PATH"),
    Kind.WORKLOAD: ("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_FEDERATED_TOKEN_FILE"),
    Kind.ACTIONS: ("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"),
}
"""The variables that each needs; the last ones are what tells it from the others."""
_MANAGED = ("IDENTITY_ENDPOINT", "MSI_ENDPOINT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What signs in. `client` and `tenant` are empty where the platform or the developer's tools say it."""

    kind: Kind
    client: str = ""
    tenant: str = ""

    @property
    def told(self) -> str:
        """In a few words."""
        if self.kind is Kind.MANAGED:
            return (
                f"user-assigned managed identity, client {self.client}" if self.client else "system-assigned managed identity"
            )
        return f"{self.kind}, client {self.client}" if self.client else str(self.kind)

    @property
    def remedy(self) -> str:
        """What to do where it gets no token."""
        if self.kind is Kind.MANAGED:
            which = f"the identity with the client id {self.client}" if self.client else "a system-assigned identity"
            return f"assign {which} to this app (az functionapp identity assign, az containerapp identity assign)"
        if self.kind is Kind.WORKLOAD:
            return "see that the federated credential of the identity names this cluster and service account"
        if self.kind is Kind.ACTIONS:
            return "see that the federated credential names this repository and its branch or environment"
        if self.kind is Kind.DEVELOPER:
            return "sign in (az login), or run it under a managed identity"
        return f"see {', '.join(_READ[self.kind])}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """What a token says about whoever it was issued to; it is told, and trusted with nothing."""

    object: str = ""
    """The object id: what roles are assigned to."""
    client: str = ""
    tenant: str = ""
    name: str = ""


def identity(environ: Mapping[str, str], *, client: str = "") -> Identity:
    """What this environment signs in with. `client`: of a user-assigned identity, where it is not AZURE_CLIENT_ID.

    Raises UserError where half of a service principal or of a federation is set.
    """
    chosen = client or environ.get("AZURE_CLIENT_ID", "")
    for kind, names in _READ.items():
        if not environ.get(names[2]):
            continue
        if kind is Kind.ACTIONS and not (chosen and environ.get("AZURE_TENANT_ID")):
            # Every job of GitHub Actions with that permission has them; azure/login leaves a developer's sign-in.
            continue
        if missing := [name for name in names if not environ.get(name) and not (name == "AZURE_CLIENT_ID" and chosen)]:
            raise UserError(
                f"{names[2]} is set and {' and '.join(missing)} not: a {kind} needs them all; set what is missing,"
                f" or take {names[2]} away."
            )
        return Identity(kind=kind, client=chosen, tenant=environ["AZURE_TENANT_ID"])
    if any(environ.get(name) for name in _MANAGED):
        return Identity(kind=Kind.MANAGED, client=chosen)
    return Identity(kind=Kind.DEVELOPER, client=chosen, tenant=environ.get("AZURE_TENANT_ID", ""))


def signed_in(environ: Mapping[str, str] | None = None, *, client: str = "") -> SignedIn:
    """A credential for one adapter, to be closed by it; all of one event loop share what is behind it."""
    return SignedIn(os.environ if environ is None else environ, client)


def signed_in_here(environ: Mapping[str, str] | None = None, *, client: str = "") -> TokenCredential:
    """The same for code that is not asynchronous (gRPC of the Durable Task Scheduler, exporters of telemetry)."""
    from azure import identity as sdk

    environ = os.environ if environ is None else environ
    credential: TokenCredential = _made(sdk, identity(environ, client=client), environ)
    return credential


def principal() -> Principal:
    """Who the last token of this event loop was issued to; nobody where none was."""
    try:
        return _LAST.get(asyncio.get_running_loop(), Principal())
    except RuntimeError:
        return Principal()


def read(token: str) -> Principal:
    """The claims of an access token of Entra ID, unverified: it is ours, and for telling only."""
    try:
        part = token[:_LARGEST].split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (IndexError, ValueError, RecursionError):
        return Principal()
    if not isinstance(claims, dict):
        return Principal()

    def text(*names: str) -> str:
        return next((value[:200] for name in names if isinstance(value := claims.get(name), str) and value), "")

    return Principal(
        object=text("oid"),
        client=text("appid", "azp"),
        tenant=text("tid"),
        name=text("upn", "preferred_username", "app_displayname"),
    )


@dataclass(eq=False)
class _Shared:
    """The credential behind all that signed in alike in one event loop."""

    identity: Identity
    credential: Any
    users: int = 0


_SHARED: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[tuple[str, ...], _Shared]] = WeakKeyDictionary()
"""A credential's connections belong to the event loop that opened them; those of one that ended are of no use."""
_LAST: WeakKeyDictionary[asyncio.AbstractEventLoop, Principal] = WeakKeyDictionary()
_NAMES = (
    *dict.fromkeys(name for names in _READ.values() for name in names),
    *(*_MANAGED, "AZURE_CLIENT_CERTIFICATE_PASSWORD", "AZURE_AUTHORITY_HOST"),
)


class SignedIn:
    """One adapter's hold on the credential that its event loop shares. It opens with the first token."""

    def __init__(self, environ: Mapping[str, str], client: str) -> None:
        self._environ = {name: environ[name] for name in _NAMES if environ.get(name)}
        self._client = client
        self._held: tuple[asyncio.AbstractEventLoop, _Shared] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.close()

    async def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        """As `AsyncTokenCredential` has it. Raises ClientAuthenticationError with the reason and what to do."""
        shared = self._open()
        with _explained(shared.identity):
            token: AccessToken = await shared.credential.get_token(*scopes, **options)
        self._noted(token.token)
        return token

    async def get_token_info(self, *scopes: str, options: TokenRequestOptions | None = None) -> AccessTokenInfo:
        """As `AsyncSupportsTokenInfo` has it."""
        shared = self._open()
        with _explained(shared.identity):
            token: AccessTokenInfo = await shared.credential.get_token_info(*scopes, options=options)
        self._noted(token.token)
        return token

    async def close(self) -> None:
        """Let it go; the last one ends its connections."""
        if self._held is None:
            return
        (loop, shared), self._held = self._held, None
        shared.users -= 1
        if shared.users == 0 and loop is asyncio.get_running_loop():
            known = _SHARED.get(loop, {})
            for key in [key for key, one in known.items() if one is shared]:
                del known[key]
            await shared.credential.close()

    def _noted(self, token: str) -> None:
        if (found := read(token)).object:
            _LAST[asyncio.get_running_loop()] = found

    def _open(self) -> _Shared:
        loop = asyncio.get_running_loop()
        if self._held is None or self._held[0] is not loop:
            known = _SHARED.setdefault(loop, {})
            key = (self._client, *(f"{name}={value}" for name, value in self._environ.items()))
            if key not in known:
                known[key] = _opened(self._environ, self._client)
            known[key].users += 1
            self._held = (loop, known[key])
        return self._held[1]


class _Actions:
    """Signs in with the token that GitHub issues to the job, renewed while it lasts."""

    def __init__(self, who: Identity, environ: Mapping[str, str]) -> None:
        from azure.identity.aio import ClientAssertionCredential

        self._environ = environ
        self._assertion, self._until = "", 0.0
        self._credential = ClientAssertionCredential(who.tenant, who.client, lambda: self._assertion)

    async def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        await self._renew()
        return await self._credential.get_token(*scopes, **options)

    async def get_token_info(self, *scopes: str, options: TokenRequestOptions | None = None) -> AccessTokenInfo:
        await self._renew()
        return await self._credential.get_token_info(*scopes, options=options)

    async def close(self) -> None:
        await self._credential.close()

    async def _renew(self) -> None:
        if time.monotonic() >= self._until:
            self._assertion = await asyncio.to_thread(_fetched, self._environ)
            self._until = time.monotonic() + _ASSERTED


def _fetched(environ: Mapping[str, str]) -> str:
    """The token of the job. Raises ClientAuthenticationError."""
    import httpx
    from azure.core.exceptions import ClientAuthenticationError

    address = httpx.URL(environ["ACTIONS_ID_TOKEN_REQUEST_URL"]).copy_merge_params({"audience": AUDIENCE})
    headers = {"Authorization": f"Bearer {environ['ACTIONS_ID_TOKEN_REQUEST_TOKEN']}"}
    try:
        token = httpx.get(address, headers=headers, timeout=10).raise_for_status().json()["value"]
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        raise ClientAuthenticationError(f"GitHub Actions gave no token ({type(error).__name__})") from None
    return str(token)


def _opened(environ: Mapping[str, str], client: str) -> _Shared:
    from azure.identity import aio as sdk

    who = identity(environ, client=client)
    return _Shared(who, _Actions(who, environ) if who.kind is Kind.ACTIONS else _made(sdk, who, environ))


def _made(sdk: Any, who: Identity, environ: Mapping[str, str]) -> Any:
    """The credential of the SDK. Raises UserError where it cannot be made of what the environment says."""
    try:
        return _chosen(sdk, who, environ)
    except (ValueError, OSError) as error:
        raise UserError(f"No {who.kind} can be made of the environment ({first_line(error)}): {who.remedy}.") from None


def _chosen(sdk: Any, who: Identity, environ: Mapping[str, str]) -> Any:
    """Its asynchronous half and the other have the same names."""
    if who.kind is Kind.SECRET:
        return sdk.ClientSecretCredential(who.tenant, who.client, environ["AZURE_CLIENT_SECRET"])
    if who.kind is Kind.CERTIFICATE:
        password = environ.get("AZURE_CLIENT_CERTIFICATE_PASSWORD")
        return sdk.CertificateCredential(
            who.tenant, who.client, environ["AZURE_CLIENT_CERTIFICATE_PATH"], password=password or None
        )
    if who.kind is Kind.WORKLOAD:
        file = environ["AZURE_FEDERATED_TOKEN_FILE"]
        return sdk.WorkloadIdentityCredential(tenant_id=who.tenant, client_id=who.client, token_file_path=file)
    if who.kind is Kind.ACTIONS:
        return sdk.ClientAssertionCredential(who.tenant, who.client, lambda: _fetched(environ))
    if who.kind is Kind.MANAGED:
        return sdk.ManagedIdentityCredential(client_id=who.client or None)
    # What the environment says was looked at above; a virtual machine's identity and a developer's tools are left.
    named = {"managed_identity_client_id": who.client} if who.client else {}
    return sdk.DefaultAzureCredential(exclude_environment_credential=True, exclude_workload_identity_credential=True, **named)


@contextmanager
def _explained(who: Identity) -> Iterator[None]:
    """The SDK's refusals say who tried, in one line, and what to do."""
    from azure.core.exceptions import ClientAuthenticationError

    try:
        yield
    except ClientAuthenticationError as error:
        # What the chain of a developer's tools says of each takes a page.
        said = "" if who.kind is Kind.DEVELOPER else f" ({first_line(error)})"
        raise ClientAuthenticationError(f"no token for {who.told}{said}: {who.remedy}") from error
    except (ValueError, FileNotFoundError, PermissionError) as error:
        # A file of the federation that is not there, or holds something else.
        raise ClientAuthenticationError(f"no token for {who.told} ({first_line(error)}): {who.remedy}") from error
