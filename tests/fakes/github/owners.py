"""What owners and administrators do: install the App and take it away, remove repositories, branches, forks, people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.fakes.github import access, shapes
from tests.fakes.github.people import People
from tests.fakes.github.state import App, Installation


class Owners(People):
    """Installations are named by their id."""

    def install(
        self,
        *names: str,
        permissions: Mapping[str, str] | None = None,
        account: str = "",
        app: App | None = None,
        everywhere: bool = False,
    ) -> Installation:
        """Install the App on repositories of one owner (`everywhere`: on all that the owner has or gets)."""
        with self.lock:
            found = app or self.the_app()
            owner = account or (names[0].partition("/")[0] if names else found.owner.login)
            made = Installation(
                id=self.next_id(),
                app=found,
                account=self.account(owner, "Organization"),
                permissions=dict(found.permissions if permissions is None else permissions),
                repositories=None if everywhere else set(names),
                created=self.now,
            )
            self.installations[made.id] = made
            self._tell("created", made)
            return made

    def _tell(self, action: str, found: Installation) -> None:
        names = [name for name, where in self.repositories.items() if found.sees(where)]
        self.emit("installation", action, None, found.account, installation=found, repositories=self._short(names))

    def _short(self, names: Sequence[str]) -> list[dict[str, Any]]:
        shown = (shapes.repository(self, self.repositories[name], self.api) for name in names if name in self.repositories)
        return [{key: one[key] for key in ("id", "node_id", "name", "full_name", "private")} for one in shown]

    def token(
        self, installation: int, *, permissions: Mapping[str, str] | None = None, repositories: Sequence[str] | None = None
    ) -> str:
        """An installation token without the JWT exchange, for tests of other things."""
        return access.issue(self, self.installations[installation], permissions, repositories).text

    def revoke(self, token: str) -> None:
        """The token is no good from now on."""
        self.tokens.pop(token, None)

    def suspend(self, installation: int, *, suspended: bool = True) -> None:
        """Suspend an installation, or lift that."""
        found = self.installations[installation]
        if suspended:
            self._tell("suspend", found)
            found.suspended = self.now
        else:
            found.suspended = None
            self._tell("unsuspend", found)

    def uninstall(self, installation: int) -> None:
        """Take the App away; its tokens die with it."""
        found = self.installations[installation]
        self._tell("deleted", found)
        found.deleted = True

    def restrict(self, installation: int, **permissions: str) -> None:
        """Set permissions: `restrict(id, pull_requests="read", checks="none")`. Tokens that are out lose them too."""
        found = self.installations[installation]
        found.permissions |= permissions
        self._tell("new_permissions_accepted", found)

    def add_repository(self, installation: int, name: str) -> None:
        """Let the installation see one repository more."""
        self._choose(installation, [name], [])

    def remove_repository(self, installation: int, name: str) -> None:
        """Take a repository out of the installation."""
        self._choose(installation, [], [name])

    def _choose(self, installation: int, added: Sequence[str], removed: Sequence[str]) -> None:
        with self.lock:
            found = self.installations[installation]
            if found.repositories is None:
                found.repositories = {name for name, where in self.repositories.items() if found.sees(where)}
            found.repositories |= set(added)
            found.repositories -= set(removed)
            changes = {"repositories_added": self._short(added), "repositories_removed": self._short(removed)}
            self.emit(
                "installation_repositories",
                "added" if added else "removed",
                None,
                found.account,
                installation=found,
                repository_selection="selected",
                requester=None,
                **changes,
            )

    # --- removals

    def delete_repository(self, name: str, *, user: str = "octocat") -> None:
        """Delete a repository, with everything in it."""
        with self.lock:
            where = self.repositories[name]
            self.emit("repository", "deleted", where, self.account(user))
            del self.repositories[name]
            self.by_id.pop(where.id, None)
            self.nodes = {key: value for key, value in self.nodes.items() if value[0] is not where}

    def delete_branch(self, name: str, branch: str, *, user: str = "octocat") -> None:
        """Delete a branch. Open pull requests from it or into it are closed, as GitHub does; their commits stay."""
        with self.lock:
            where = self.repository(name)
            for number, pull in where.pulls.items():
                if branch not in (pull.head, pull.base) or (pull.frozen and pull.frozen_base):
                    continue
                if branch == pull.head:
                    pull.frozen = where.head(pull)
                else:
                    pull.frozen_base = where.base(pull)
                if pull.state == "open":
                    self.change(name, number, "closed", user=user, state="closed", closed=self.now)
            where.move(branch, None)
            self.emit("delete", None, where, self.account(user), ref=branch, ref_type="branch", pusher_type="user")

    def delete_fork(self, name: str, number: int) -> None:
        """Delete the fork that a pull request comes from: its head repository is null from now on."""
        with self.lock:
            where = self.repository(name)
            pull = where.pulls[number]
            pull.frozen, pull.fork_gone = where.head(pull), True
            if pull.state == "open":
                self.change(name, number, "closed", user="ghost", state="closed", closed=self.now)

    def delete_user(self, login: str) -> None:
        """Delete an account: what it wrote stays, with nobody (REST: null or `ghost`) as its author."""
        with self.lock:
            self.account(login).deleted = True
            for where in self.repositories.values():
                where.roles.pop(login, None)
