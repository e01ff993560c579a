"""A pull request's conversation as text, the way a reader sees it on the page."""

from __future__ import annotations

from textwrap import indent

from tests.fakes.github.shapes import standing
from tests.fakes.github.state import Account, Comment, Pull, Repository, Review, Thread


def conversation(where: Repository, pull: Pull) -> str:
    """Everything said on a pull request in the order it was said, then the checks at its head."""
    state = "merged" if pull.merged else "draft" if pull.draft and pull.state == "open" else pull.state
    head = where.head(pull)
    lines = [f"{where.name}#{pull.number} {pull.title} ({state}, head {head[:7]})"]
    said: list[tuple[int, str]] = [(one.id, _comment("commented", one)) for one in pull.comments.values()]
    said += [(one.id, _review(one)) for one in pull.reviews.values() if one.body or one.state != "COMMENTED"]
    said += [(one.id, _thread(where, one)) for one in pull.threads.values()]
    lines += [text for _, text in sorted(said)]
    for check in where.checks_at.get(head, []):
        result = check.conclusion or check.status
        lines.append(f"check {check.name} at {head[:7]}: {result} - {check.output.get('title') or 'no title'}")
        if check.output.get("summary"):
            lines.append(indent(check.output["summary"], "    "))
        for note in check.annotations:
            lines.append(f"    {note['path']}:{note['start_line']} {note['annotation_level']}: {note['message']}")
    return "\n".join(lines) + "\n"


def _name(who: Account) -> str:
    return "ghost" if who.deleted else who.login


def _reactions(found: Comment | Review) -> str:
    return "".join(f" [{content} {login}]" for content, login in sorted(found.reactions))


def _comment(verb: str, found: Comment) -> str:
    folded = f" (minimised: {found.minimised.lower()})" if found.minimised else ""
    return f"{_name(found.author)} {verb}{folded}:{_reactions(found)}\n{indent(found.body, '    ')}"


def _review(found: Review) -> str:
    folded = f" (minimised: {found.minimised.lower()})" if found.minimised else ""
    words = {"COMMENTED": "reviewed", "CHANGES_REQUESTED": "requested changes", "PENDING": "has a pending review"}
    verb = words.get(found.state, found.state.lower())
    return f"{_name(found.author)} {verb} at {found.commit[:7]}{folded}:{_reactions(found)}\n{indent(found.body, '    ')}"


def _thread(where: Repository, found: Thread) -> str:
    _, line = standing(where, found)
    at = f"{found.path}:{found.line if line is None else line}"
    marks = [
        *([f"resolved by {_name(found.resolved_by)}"] if found.resolved and found.resolved_by else []),
        *(["outdated"] if line is None else []),
    ]
    side = " (old side)" if found.side == "LEFT" else ""
    told = f"thread on {at}{side}" + (f" [{', '.join(marks)}]" if marks else "")
    return "\n".join([told, *(indent(_comment("wrote", one), "    ") for one in found.comments)])
