"""GitHub: changes, conversations, repositories and the App itself, over one HTTP client.

github = connect(blobs, api="https://api.github.com", app=12345, key=pem)
async with github.access:                          # optional: keeps connections open for as long as a host runs
    scene = await github.conversation.read(place)
"""

from __future__ import annotations

from dataclasses import dataclass

from fusion.adapters.github.app import App
from fusion.adapters.github.client import Access
from fusion.adapters.github.conversation import GitHubConversation
from fusion.adapters.github.forge import GitHubForge, NotFound
from fusion.adapters.github.gate import Gate
from fusion.adapters.github.hub import GitHubHub
from fusion.adapters.github.issues import GitHubIssues
from fusion.adapters.github.posture import GitHubSettings
from fusion.ports import Blobs, Follower

__all__ = [
    "Access",
    "App",
    "Connected",
    "GitHubConversation",
    "GitHubForge",
    "GitHubHub",
    "GitHubIssues",
    "GitHubSettings",
    "NotFound",
    "connect",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """Everything that talks to one GitHub. `app` implements AppAccess; None where only a token speaks."""

    access: Access
    forge: GitHubForge
    conversation: GitHubConversation
    hub: GitHubHub
    settings: GitHubSettings
    issues: GitHubIssues
    app: App | None


def connect(
    blobs: Blobs,
    *,
    api: str = "",
    app: int = 0,
    key: str = "",
    token: str | None = None,
    follower: Follower | None = None,
    access: Access | None = None,
) -> Connected:
    """GitHub as the App with id `app` and private `key` (PEM or a path), and as `token` for places without an installation.

    `access` replaces the default way to `api`, for other limits. Raises UserError for a key that cannot be used.
    """
    access = access or Access(api=api)
    as_app = App(access, id=app, key=key) if app else None
    gate = Gate(access, app=as_app, token=token)
    return Connected(
        access=access,
        forge=GitHubForge(blobs, follower=follower, gate=gate),
        conversation=GitHubConversation(gate, blobs),
        hub=GitHubHub(gate),
        settings=GitHubSettings(gate),
        issues=GitHubIssues(gate),
        app=as_app,
    )
