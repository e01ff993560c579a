"""The GitHub App: signs in as itself with its private key, and as its installations with tokens of at most an hour.

Each token is narrowed to one repository and to the permissions that Fusion uses. Sources: GitHub Apps, "Generating a JSON Web
Token (JWT)"; REST API, "Create an installation access token for an app", "GitHub App webhooks".
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from fusion.adapters.github.client import Access, Client
from fusion.errors import Denied, Gone, PermanentError, UserError
from fusion.ports import Attempted, Installed

PERMISSIONS: Mapping[str, str] = {
    "checks": "write",
    "contents": "read",
    "issues": "read",
    "metadata": "read",
    "pull_requests": "write",
    "security_events": "write",
}
"""What a token may do, at most: check runs, files, comments and reviews, code scanning."""
LISTING: Mapping[str, str] = {"metadata": "read"}
"""What naming the repositories of an installation takes. The token for that is the only one that is not for one of them."""
RESOLVING: Mapping[str, str] = {"contents": "write", "metadata": "read", "pull_requests": "write"}
"""What resolving a review thread takes: GitHub wants `contents: write` for it."""
COMMITTING: Mapping[str, str] = {"contents": "write", "metadata": "read"}
"""What a branch with a patch takes. No token but this one and the one above may write contents."""
SCANNING: Mapping[str, str] = {
    "administration": "read",
    "attestations": "read",
    "checks": "read",
    "contents": "read",
    "metadata": "read",
    "organization_administration": "read",
    "pull_requests": "read",
    "repository_hooks": "read",
    "secret_scanning_alerts": "read",
    "security_events": "read",
    "statuses": "read",
    "vulnerability_alerts": "read",
}
"""What reading a repository's settings takes; nothing can be written. What the owner has not agreed to is not assessed."""
FILING: Mapping[str, str] = {"issues": "write", "metadata": "read"}
"""What keeping issues takes."""
LIFETIME = 540
"""Seconds of an App's own token; GitHub takes at most ten minutes."""
BACKDATED = 60
"""Seconds by which it is dated back, against clocks that differ."""
SKEW = 30.0
"""Seconds of difference to GitHub's clock from which on its clock is taken."""
LONGEST = 3600.0
"""Seconds for which an installation's token is used, whatever it says itself."""
EARLY = 300.0
"""Seconds before its end at which a token is replaced."""
TOKENS = 2000
"""Tokens that are kept."""
PAGES = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who the App is: its id, and the login of its bot."""

    id: int
    slug: str

    @property
    def login(self) -> str:
        """As comments show it."""
        return f"{self.slug}[bot]"


def private_key(text: str) -> RSAPrivateKey:
    """The key, given as PEM or as the path of a PEM file. Raises UserError."""
    pem = text.strip().replace("\\n", "\n")
    if not pem.startswith("-----"):
        try:
            pem = Path(pem).expanduser().read_text(encoding="ascii")
        except (OSError, ValueError, RuntimeError):
            raise UserError("FUSION_GITHUB_KEY is neither a private key in PEM nor the path of a file with one.") from None
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise UserError("FUSION_GITHUB_KEY holds no usable private key: download one from the App's settings.") from None
    if not isinstance(key, RSAPrivateKey):
        raise UserError("FUSION_GITHUB_KEY holds no RSA key; GitHub takes no other: download one from the App's settings.")
    return key


class AppCredentials:
    """The App as itself."""

    wrong = "GitHub does not accept the key in FUSION_GITHUB_KEY for the App in FUSION_GITHUB_APP: check both."

    def __init__(self, access: Access, *, id: int, key: str) -> None:
        self.id = id
        self.account = self.scope = "app"
        self._access = access
        self._key = private_key(key)
        self._ahead = 0.0
        """Seconds that GitHub's clock is ahead of ours, once that mattered."""

    async def header(self) -> str:
        """A signed token (RS256); made anew each time, which takes about a millisecond."""
        now = int(self._access.clock() + self._ahead)
        claims = {"iat": now - BACKDATED, "exp": now + LIFETIME, "iss": str(self.id)}
        return f"Bearer {jwt.encode(claims, self._key, algorithm='RS256')}"

    def refused(self, header: str, *, date: float | None) -> bool:  # noqa: ARG002 - the protocol's
        """Worth another try when GitHub's clock shows another time than was supposed."""
        if date is None or abs(date - self._access.clock() - self._ahead) < SKEW:
            return False
        self._ahead = date - self._access.clock()
        return True

    async def granted(self) -> Mapping[str, str] | None:
        """The App itself has none; its installations have."""
        return None


@dataclass(frozen=True, slots=True)
class _Issued:
    header: str
    until: float
    permissions: Mapping[str, str]


class InstallationCredentials:
    """The App in one installation, for one of its repositories (without one, for all), with at most some permissions."""

    wrong = "GitHub does not accept the App's installation token, not even a new one: look at the installation's settings."

    def __init__(self, app: App, installation: int, repository: str, permissions: Mapping[str, str]) -> None:
        self.account = f"installation:{installation}"
        self.scope = f"{self.account}/{repository}"
        self._permissions = permissions
        self._app = app
        self._installation = installation
        self._repository = repository
        self._issued: _Issued | None = None
        self._asking = asyncio.Lock()

    async def header(self) -> str:
        """The token; a new one where it ends within five minutes."""
        return (await self._token()).header

    async def granted(self) -> Mapping[str, str] | None:
        """What the token may do, as it was told when it was made."""
        return (await self._token()).permissions

    async def _token(self) -> _Issued:
        async with self._asking:
            if self._issued is None or self._issued.until <= self._app.access.clock():
                self._issued = await self._app.issue(self._installation, self._repository, self._permissions)
            return self._issued

    def refused(self, header: str, *, date: float | None) -> bool:  # noqa: ARG002 - the protocol's
        """Forget it, unless another request has replaced it by now."""
        if self._issued is not None and self._issued.header == header:
            self._issued = None
        return True


class App:
    """AppAccess, and the clients of installations. `key`: PEM or a path. Raises UserError for a key that cannot be used."""

    def __init__(self, access: Access, *, id: int, key: str) -> None:
        self.access = access
        self.id = id
        self._client = access.client(AppCredentials(access, id=id, key=key))
        self._installations: OrderedDict[tuple[int, str, frozenset[tuple[str, str]]], InstallationCredentials] = OrderedDict()
        self._identity: Identity | None = None

    async def identity(self) -> Identity:
        """Who we are; asked once."""
        if self._identity is None:
            found = await self._own("/app")
            self._identity = Identity(id=int(found["id"]), slug=str(found["slug"]))
        return self._identity

    def client(
        self,
        installation: int,
        repository: str = "",
        *,
        resolving: bool = False,
        committing: bool = False,
        scanning: bool = False,
        filing: bool = False,
    ) -> Client:
        """A client for one repository (owner/name) of an installation, or to list them.

        `resolving`: it may resolve threads; `committing`: it may write branches; `scanning`: it may read settings; `filing`: it
        may write issues.
        """
        special = RESOLVING if resolving else COMMITTING if committing else SCANNING if scanning else FILING if filing else None
        permissions = special or (PERMISSIONS if repository else LISTING)
        key = installation, repository.lower(), frozenset(permissions.items())
        if key not in self._installations:
            self._installations[key] = InstallationCredentials(self, installation, repository, permissions)
        self._installations.move_to_end(key)
        while len(self._installations) > TOKENS:
            self._installations.popitem(last=False)
        return self.access.client(self._installations[key])

    async def issue(self, installation: int, repository: str, permissions: Mapping[str, str]) -> _Issued:
        """A new installation token. Raises Gone without such an installation or repository, Denied when it is suspended."""
        body: dict[str, Any] = {"permissions": dict(permissions)}
        if repository:
            body["repositories"] = [repository.partition("/")[2]]
        url = f"/app/installations/{installation}/access_tokens"
        try:
            made = await self._client.send("POST", url, body)
        except (Gone, Denied):
            raise
        except PermanentError as error:
            told = str(error)
            if "repositor" in told:
                raise Gone(f"The installation {installation} may not see {repository} any more: {told}") from None
            granted = await self._granted(installation, permissions)
            if granted == permissions:
                raise
            # The owner has not agreed to all permissions: what can be done with fewer is done.
            made = await self._client.send("POST", url, body | {"permissions": dict(granted)})
        now = self.access.clock()
        try:
            token, ends = str(made["token"]), datetime.fromisoformat(made["expires_at"]).timestamp()
        except (KeyError, TypeError, ValueError):
            raise PermanentError("GitHub's answer holds no usable installation token.") from None
        # Where the clocks differ by more than an hour, GitHub's 401 has the last word.
        lasts = LONGEST if ends <= now else min(ends - now, LONGEST)
        named = made.get("permissions")
        allowed = {str(name): str(level) for name, level in named.items()} if isinstance(named, dict) else dict(permissions)
        return _Issued(f"Bearer {token}", now + lasts - EARLY, allowed)

    async def _granted(self, installation: int, wanted: Mapping[str, str]) -> Mapping[str, str]:
        """Of the permissions wanted those that the installation has, at the lower of both levels."""
        found = (await self._own(f"/app/installations/{installation}")).get("permissions") or {}
        levels = ("read", "write", "admin")
        both = {name: (level, str(found[name])) for name, level in wanted.items() if found.get(name) in levels}
        return {name: min(pair, key=levels.index) for name, pair in both.items()}

    async def _own(self, url: str) -> Mapping[str, Any]:
        found = await self._client.json(url)
        if not isinstance(found, dict):
            raise PermanentError(f"GitHub's answer to {url} is not an object.")
        return found

    # --- AppAccess

    async def deliveries(self, since: datetime) -> Sequence[Attempted]:
        """Attempts since then, newest first; at most 3,000."""
        found: list[Attempted] = []
        async for item in self._client.paged("/app/hook/deliveries", pages=PAGES):
            at = _time(item.get("delivered_at"))
            if at is None:
                continue
            if at < since:
                break
            found.append(
                Attempted(
                    id=int(item["id"]),
                    delivery=str(item.get("guid") or ""),
                    event=str(item.get("event") or ""),
                    action=str(item.get("action") or ""),
                    at=at,
                    status=int(item.get("status_code") or 0),
                    redelivery=bool(item.get("redelivery")),
                )
            )
        return found

    async def redeliver(self, id: int) -> None:
        """Ask GitHub to deliver an attempt's event again."""
        await self._client.send("POST", f"/app/hook/deliveries/{id}/attempts")

    async def installations(self) -> Sequence[Installed]:
        """All of them, up to 3,000."""
        found = [item async for item in self._client.paged("/app/installations", pages=PAGES)]
        return [
            Installed(
                id=int(item["id"]),
                account=str((item.get("account") or {}).get("login") or ""),
                created=created,
                suspended=bool(item.get("suspended_at")),
                permissions={str(name): str(level) for name, level in (item.get("permissions") or {}).items()},
            )
            for item in found
            if (created := _time(item.get("created_at"))) is not None
        ]

    async def repositories(self, installation: int) -> Sequence[str]:
        """Full names of the repositories that an installation may see, up to 3,000."""
        client = self.client(installation)
        listed = client.paged("/installation/repositories", pages=PAGES, key="repositories")
        return [str(item["full_name"]) async for item in listed if item.get("full_name")]


def _time(value: object) -> datetime | None:
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
