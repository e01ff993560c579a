"""Who asks, and what they may: the App's JWT, tokens, permissions, hidden repositories."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

import jwt

from tests.fakes.github.call import FORBIDDEN, NOT_FOUND, Refused
from tests.fakes.github.state import App, Installation, Repository, Token
from tests.fakes.github.world import World

LEVELS = {"none": 0, "read": 1, "write": 2, "admin": 3}
PRIVILEGED = frozenset(
    ("administration", "repository_hooks", "secret_scanning_alerts", "security_events", "vulnerability_alerts")
)
"""What only administrators read, in public repositories too."""
TOKEN_LIFE = timedelta(hours=1)
JWT_LIFE = timedelta(minutes=10)
SKEW = timedelta(seconds=60)
"""How far a JWT's `iat` may lie ahead of GitHub's clock."""


def credentials(header: str | None) -> str:
    """The token of an Authorization header; empty when there is none."""
    kind, _, text = (header or "").partition(" ")
    return text.strip() if kind.lower() in ("bearer", "token") else ""


def app_of(world: World, text: str) -> App:
    """The App that signed a JWT (RFC 7519, RS256). Raises Refused 401 in GitHub's words."""
    try:
        claims = jwt.decode(text, options={"verify_signature": False})
        header = jwt.get_unverified_header(text)
    except jwt.InvalidTokenError:
        raise Refused(401, "A JSON web token could not be decoded") from None
    issuer = str(claims.get("iss", ""))
    app = next((app for app in world.apps.values() if issuer in (str(app.id), app.client_id)), None)
    if app is None:
        raise Refused(401, "A JSON web token could not be decoded" if not issuer else "Integration not found")
    if header.get("alg") != "RS256":
        raise Refused(401, "A JSON web token could not be decoded")
    try:
        off = {"verify_exp": False, "verify_iat": False, "verify_nbf": False, "verify_aud": False}
        jwt.decode(text, app.public_key, algorithms=["RS256"], options=off)  # type: ignore[arg-type]
        issued = datetime.fromtimestamp(int(claims["iat"]), UTC)
        expires = datetime.fromtimestamp(int(claims["exp"]), UTC)
    except (jwt.InvalidTokenError, KeyError, TypeError, ValueError):
        raise Refused(401, "A JSON web token could not be decoded") from None
    if issued > world.now + SKEW:
        raise Refused(401, "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued")
    if expires <= world.now:
        raise Refused(401, "'Expiration time' claim ('exp') must be a numeric value representing the future time")
    if expires > world.now + JWT_LIFE + SKEW or expires - issued > JWT_LIFE + SKEW:
        raise Refused(401, "'Expiration time' claim ('exp') is too far in the future")
    return app


def token_of(world: World, text: str) -> Token:
    """What a token stands for. Raises Refused 401 when it is unknown, expired or revoked."""
    token = world.tokens.get(text)
    if token is None or (token.expires is not None and token.expires <= world.now) or token.account.deleted:
        raise Refused(401, "Bad credentials")
    if token.installation is not None and token.installation.deleted:
        raise Refused(401, "Bad credentials")
    if token.installation is not None and token.installation.suspended:
        raise Refused(403, "This installation has been suspended")
    return token


def granted(token: Token, name: str) -> int:
    """The level a token has for a permission now: the least of what it was made with and what the installation has."""
    if token.installation is None:
        return LEVELS["admin"]
    level = LEVELS[token.installation.permissions.get(name, "none")]
    if token.permissions is not None:
        level = min(level, LEVELS[token.permissions.get(name, "none")])
    return max(level, LEVELS["read"]) if name == "metadata" else level


def sees(token: Token | None, repository: Repository, open_house: bool) -> bool:
    """Whether the repository exists for whoever asks. `open_house`: no credentials are asked for at all."""
    if token is None or token.everything:
        return open_house or token is not None or not repository.private
    if token.installation is None:
        return repository.role(token.account.login) != "none"
    if token.repositories is not None and repository.name not in token.repositories:
        return not repository.private
    return token.installation.sees(repository) or not repository.private


def allowed(token: Token | None, repository: Repository, needs: Iterable[str]) -> bool:
    """Whether any one of the permissions (`name:level`) is there. Public data may be read by anyone."""
    needs = tuple(needs)
    if token is None or token.everything or not needs:
        return True
    reading = all(need.endswith(":read") for need in needs)
    privileged = any(need.partition(":")[0] in PRIVILEGED for need in needs)
    if token.installation is None:
        role = repository.role(token.account.login)
        if reading and privileged:
            return role == "admin"
        return reading or role in ("write", "maintain", "admin") or (role != "none" and "pull_requests:write" in needs)
    inside = token.installation.sees(repository) and (token.repositories is None or repository.name in token.repositories)
    if not inside:
        return reading and not privileged and not repository.private
    return any(granted(token, name) >= LEVELS[level] for name, _, level in (need.partition(":") for need in needs))


def admit(token: Token | None, repository: Repository, needs: Iterable[str], *, open_house: bool) -> None:
    """Raises Refused: 404 for a repository that is hidden, 403 for a missing permission."""
    if not sees(token, repository, open_house):
        raise Refused(404, NOT_FOUND)
    if token is None and not open_house and any(not need.endswith(":read") for need in needs):
        raise Refused(401, "Requires authentication")
    if not allowed(token, repository, needs):
        if token and token.installation is None and all(need.endswith(":read") for need in needs):
            # GitHub hides from people what it refuses to Apps.
            raise Refused(404, NOT_FOUND)
        raise Refused(403, FORBIDDEN if token and token.installation else "Must have admin rights to Repository.")


def issue(
    world: World, installation: Installation, permissions: Mapping[str, str] | None, repositories: Iterable[str] | None
) -> Token:
    """A new installation token, at most as able as its installation. Raises Refused 422 for more."""
    for name, level in (permissions or {}).items():
        if LEVELS.get(level, 9) > LEVELS[installation.permissions.get(name, "none")] and name != "metadata":
            raise Refused(422, "The permissions requested are not granted to this installation.")
    names = None if repositories is None else frozenset(repositories)
    for name in names or ():
        repository = world.repositories.get(name)
        if repository is None or not installation.sees(repository):
            raise Refused(
                422, "There is at least one repository that does not exist or is not accessible to the parent installation."
            )
    text = f"ghs_{world.next_id():036}"
    world.tokens[text] = Token(
        text=text,
        account=installation.app.bot,
        installation=installation,
        permissions=dict(permissions) if permissions else None,
        repositories=names,
        expires=world.now + TOKEN_LIFE,
    )
    return world.tokens[text]
