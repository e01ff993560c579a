"""GraphQL: owners, the pages of their repositories, and which security features those have on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphql import GraphQLError

from tests.fakes.github import access
from tests.fakes.github.graphql_fields import field
from tests.fakes.github.graphql_pages import paged
from tests.fakes.github.state import Account, Repository

if TYPE_CHECKING:
    from tests.fakes.github.graphql import Asking

ALERTS = ["vulnerability_alerts:read"]


@field("Query", "repositoryOwner")
def owner(_: Any, asking: Asking, login: str) -> Account | None:
    return next((one for name, one in asking.world.accounts.items() if name.lower() == login.lower()), None)


@field("Organization User", "repositories")
def repositories(found: Account, asking: Asking, **asked: Any) -> Any:
    """Those that it owns, by name; what may not be seen is not among them."""
    mine = [one for one in asking.world.repositories.values() if one.name.partition("/")[0] == found.login]
    seen = [one for one in mine if access.sees(asking.token, one, asking.world.open_house)]
    return paged(sorted(seen, key=lambda one: one.name.lower()), lambda one: one, "repositories", **asked)


@field("Repository", "hasVulnerabilityAlertsEnabled")
def switch(found: Repository, asking: Asking) -> bool:
    """To who may not see it, it may be anything; the fake says no, which nobody should believe."""
    return access.allowed(asking.token, found, ALERTS) and found.settings.dependabot_alerts


@field("Repository", "vulnerabilityAlerts")
def alerts(found: Repository, asking: Asking, **_: Any) -> Any:
    if not access.allowed(asking.token, found, ALERTS):
        raise GraphQLError("Resource not accessible by personal access token", extensions={"type": "FORBIDDEN"})
    on = found.settings.dependabot_alerts and not found.archived
    return {"totalCount": found.settings.alerts.get("dependabot", 0) if on else 0}
