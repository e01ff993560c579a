"""The people at their keyboards: what happens on GitHub without our API. Every change goes to the webhooks."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.fakes.github import acts, shapes
from tests.fakes.github.state import ROLES, Account, Check, Comment, Pull, Repository, Review, Thread
from tests.fakes.github.webhooks import Hooks

Files = Mapping[str, str | bytes | None]


class People(Hooks):
    """Persons are named by login and come to be when first named. Comments and threads are named by a comment's id."""

    def user(self, login: str, **roles: str) -> Account:
        """A person, optionally with roles by repository name where `/` is written `__`: `user("mona", octo__shop="write")`."""
        for name, role in roles.items():
            self.permit(name.replace("__", "/"), login, role)
        return self.account(login)

    def permit(self, name: str, login: str, role: str) -> None:
        """Let a person have a role: none, read, triage, write, maintain, admin."""
        if role not in ROLES:
            raise ValueError(f"{role!r} is no role; roles are {', '.join(ROLES)}")
        with self.lock:
            self.account(login)
            self.repository(name).roles[login] = role

    def create(self, name: str, files: Files | None = None, *, private: bool = False) -> Repository:
        """A new bare repository in a temporary folder, with a first commit on `main`."""
        folder = Path(tempfile.mkdtemp(prefix="github-", dir=self.place()))
        subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", str(folder)], check=True)
        seed = Repository(folder)
        seed.write("main", files or {"README.md": f"# {name}\n"}, message="Begin")
        return self.add(name, folder, private=private)

    def place(self) -> Path:
        """Where new repositories are made; removed when the fake is closed."""
        raise NotImplementedError

    # --- pull requests

    def open_pull(
        self,
        name: str,
        *,
        head: str,
        base: str = "main",
        files: Files | None = None,
        number: int = 0,
        title: str = "A pull request",
        body: str = "",
        user: str = "octocat",
        draft: bool = False,
        fork: bool = False,
        labels: Sequence[str] = (),
    ) -> int:
        """Open a pull request: its number. `files` are committed on a new branch `head` first; else it must exist."""
        with self.lock:
            where = self.repository(name)
            if files is not None:
                where.write(head, files, parent=where.sha(base), message=title)
            pull = Pull(base, head, title, fork, number, author=self.account(user), body=body, draft=draft, labels=[*labels])
            where.head(pull)
            self.keep_pull(where, pull)
            self.emit("pull_request", "opened", where, pull.author, pull=pull)
            return pull.number

    def push(
        self,
        name: str,
        to: int | str,
        files: Files | None = None,
        *,
        sha: str = "",
        user: str = "octocat",
        message: str = "Change",
    ) -> str:
        """A new commit with the files on a pull request's head (its number) or a branch; or with `sha` a (force-)push of an
        existing commit. The new tip."""
        with self.lock:
            where = self.repository(name)
            branch = where.pulls[to].head if isinstance(to, int) else to
            before = where.sha(branch)
            if sha:
                where.move(branch, sha)
            else:
                where.write(branch, files or {}, message=message)
            return self._pushed(where, branch, before, user)

    def rebase(self, name: str, number: int, *, user: str = "octocat") -> str:
        """Put the pull request's commits as one on top of its base's tip, and force-push. The new tip."""
        with self.lock:
            where = self.repository(name)
            pull = where.pulls[number]
            before, onto = where.sha(pull.head), where.sha(pull.base)
            tree = where.git("merge-tree", "--write-tree", onto, before).decode().split()[0]
            sha = self._commit(where, tree, [onto], "Rebased")
            where.move(pull.head, sha)
            return self._pushed(where, pull.head, before, user)

    def _pushed(self, where: Repository, branch: str, before: str, user: str) -> str:
        after = where.sha(branch)
        who = self.account(user)
        forced = before not in where.once("rev-list", after).decode().split()
        push = {"ref": f"refs/heads/{branch}", "before": before, "after": after, "created": False, "deleted": False}
        commit = {"id": after, "message": where.commit(after)["message"]}
        self.emit("push", None, where, who, **push, forced=forced, commits=[commit], head_commit=commit, base_ref=None)
        for pull in where.pulls.values():
            if pull.state == "open" and pull.head == branch and not pull.frozen:
                pull.updated = self.now
                self.emit("pull_request", "synchronize", where, who, pull=pull, before=before, after=after)
        return after

    def _commit(self, where: Repository, tree: str, parents: Sequence[str], message: str) -> str:
        flags = [flag for parent in parents for flag in ("-p", parent)]
        who = ("-c", "user.name=GitHub", "-c", "user.email=noreply@example.org")
        return where.git(*who, "commit-tree", tree, *flags, "-m", message).decode().strip()

    def change(self, name: str, number: int, action: str, *, user: str = "octocat", **fields: Any) -> None:
        """Set fields of a pull request and emit `pull_request` with the action: `change(..., "edited", title="New")`."""
        with self.lock:
            where = self.repository(name)
            pull = where.pulls[number]
            for field, value in fields.items():
                if not hasattr(pull, field):
                    raise ValueError(f"A pull request has no {field}")
                setattr(pull, field, value)
            pull.updated = self.now
            self.emit("pull_request", action, where, self.account(user), pull=pull)

    def ready(self, name: str, number: int, *, user: str = "octocat") -> None:
        """Take a pull request out of draft."""
        self.change(name, number, "ready_for_review", user=user, draft=False)

    def label(self, name: str, number: int, label: str, *, user: str = "octocat", remove: bool = False) -> None:
        """Add a label, or take it away."""
        with self.lock:
            where = self.repository(name)
            pull = where.pulls[number]
            pull.labels = [one for one in pull.labels if one != label] + ([] if remove else [label])
            pull.updated = self.now
            action = "unlabeled" if remove else "labeled"
            self.emit("pull_request", action, where, self.account(user), pull=pull, label=label)

    def close(self, name: str, number: int, *, user: str = "octocat") -> None:
        """Close without merging."""
        pull = self.repository(name).pulls[number]
        self.change(
            name, number, "closed", user=user, state="closed", closed=self.now, frozen_base=self.repository(name).base(pull)
        )

    def reopen(self, name: str, number: int, *, user: str = "octocat") -> None:
        """Open it again."""
        self.change(name, number, "reopened", user=user, state="open", closed=None, frozen_base="")

    def merge(self, name: str, number: int, *, user: str = "octocat") -> str:
        """Merge with a merge commit: its SHA. Raises LookupError on a conflict."""
        with self.lock:
            where = self.repository(name)
            pull = where.pulls[number]
            base, head = where.sha(pull.base), where.head(pull)
            sha = self._merged(where, base, head, f"Merge pull request #{number}")
            where.move(pull.base, sha)
            pull.merged, pull.merge_commit, pull.frozen, pull.frozen_base = True, sha, head, base
            pull.merger = self.account(user)
            self.change(name, number, "closed", user=user, state="closed", closed=self.now)
            self._pushed(where, pull.base, base, user)
            return sha

    def _merged(self, where: Repository, base: str, head: str, message: str) -> str:
        tree = where.git("merge-tree", "--write-tree", base, head).decode().split()[0]
        return self._commit(where, tree, [base, head], message)

    def merge_group(self, name: str, numbers: Sequence[int], *, base: str = "main") -> str:
        """A merge queue asks for checks on these pull requests merged: the group's head commit."""
        with self.lock:
            where = self.repository(name)
            start = sha = where.sha(base)
            for number in numbers:
                sha = self._merged(where, sha, where.head(where.pulls[number]), f"Merge pull request #{number}")
            branch = f"gh-readonly-queue/{base}/pr-{numbers[-1]}-{start}"
            where.git("update-ref", f"refs/heads/{branch}", sha)
            where.groups[sha] = tuple(numbers)
            group = {
                "head_sha": sha,
                "head_ref": f"refs/heads/{branch}",
                "base_sha": start,
                "base_ref": f"refs/heads/{base}",
                "head_commit": {"id": sha, "tree_id": where.commit(sha)["tree"], "message": where.commit(sha)["message"]},
            }
            self.emit("merge_group", "checks_requested", where, self.account("github-merge-queue[bot]"), merge_group=group)
            return sha

    # --- the conversation

    def comment(self, name: str, number: int, user: str, text: str) -> int:
        """Say something in the conversation: the comment's id."""
        with self.lock:
            where = self.repository(name)
            return acts.comment(self, where, where.pulls[number], self.account(user), text).id

    def review(
        self, name: str, number: int, user: str, *, event: str = "COMMENT", body: str = "", comments: Sequence[Any] = ()
    ) -> int:
        """Review as REST would have it: the review's id."""
        with self.lock:
            where = self.repository(name)
            who = self.account(user)
            return acts.submit(self, where, where.pulls[number], who, event=event, body=body, comments=comments).id

    def reply(self, name: str, to: int | str, user: str, text: str) -> int:
        """Answer in the thread of a comment (its id, or the thread's node id): the new comment's id."""
        with self.lock:
            where = self.repository(name)
            return acts.reply(self, where, self.thread(name, to).comments[0], self.account(user), text).id

    def edit_comment(self, name: str, comment: int, user: str, text: str) -> None:
        """Change what a comment says."""
        with self.lock:
            where = self.repository(name)
            acts.edit(self, where, where.comments[comment], self.account(user), text)

    def delete_comment(self, name: str, comment: int, user: str) -> None:
        """Remove a comment."""
        with self.lock:
            where = self.repository(name)
            acts.delete(self, where, where.comments[comment], self.account(user))

    def resolve(self, name: str, thread: int | str, user: str, *, resolved: bool = True) -> None:
        """Resolve the thread of a comment, or open it again."""
        with self.lock:
            acts.settle(self, self.repository(name), self.thread(name, thread), self.account(user), resolved)

    def react(self, name: str, comment: int, user: str, content: str) -> None:
        """React to a comment. GitHub sends no event for it."""
        with self.lock:
            acts.react(self, self.repository(name).comments[comment], self.account(user), content)

    def dismiss_review(self, name: str, number: int, review: int, user: str, message: str) -> None:
        """Take a review's verdict back."""
        with self.lock:
            where = self.repository(name)
            acts.dismiss(self, where, where.pulls[number].reviews[review], self.account(user), message)

    def rerequest(self, name: str, check: int, *, user: str = "octocat", suite: bool = False) -> None:
        """Press "Re-run" on a check run, or on all checks of its suite."""
        with self.lock:
            where = self.repository(name)
            found = where.checks[check]
            if not suite:
                self.emit("check_run", "rerequested", where, self.account(user), check=found)
                return
            shown = shapes.check(self, where, found, self.api)
            kept = {key: shown[key] for key in ("head_sha", "status", "conclusion", "app", "pull_requests")}
            self.emit("check_suite", "rerequested", where, self.account(user), check_suite={"id": found.suite, **kept})

    # --- looking things up

    def thread(self, name: str, of: int | str) -> Thread:
        """By the id of any of its comments, or by its node id."""
        found = self.nodes[of][1] if isinstance(of, str) else self.repository(name).comments[of].thread
        if not isinstance(found, Thread):
            raise LookupError(f"{of} is in no thread")
        return found

    def threads(self, name: str, number: int) -> list[Thread]:
        """The review threads of a pull request, oldest first."""
        return list(self.repository(name).pulls[number].threads.values())

    def comments(self, name: str, number: int) -> list[Comment]:
        """The comments of its conversation, oldest first."""
        return list(self.repository(name).pulls[number].comments.values())

    def reviews(self, name: str, number: int) -> list[Review]:
        """Its reviews, oldest first."""
        return list(self.repository(name).pulls[number].reviews.values())

    def checks(self, name: str, ref: int | str) -> list[Check]:
        """The check runs at a pull request's head (its number) or at a commit, oldest first."""
        where = self.repository(name)
        return list(where.checks_at.get(where.head(where.pulls[ref]) if isinstance(ref, int) else where.sha(ref), []))
