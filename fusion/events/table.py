"""What is done with each event and action: a reader, or the reason why nothing is."""

from __future__ import annotations

from collections.abc import Mapping

from fusion.events.readers import (
    Reader,
    conversation_comment,
    installation,
    line_comment,
    merge_group,
    pull,
    rerun,
    thread,
)

_ELSEWHERE = "a review does not depend on it"
_SAME = "the pull request's own events say the same"
_WRITTEN = "what was asked when the comment was written was done then"

TABLE: Mapping[tuple[str, str], Reader | str] = {
    **dict.fromkeys(
        [
            ("pull_request", action)
            for action in (
                "opened",
                "reopened",
                "synchronize",
                "ready_for_review",
                "converted_to_draft",
                "labeled",
                "unlabeled",
                "edited",
                "closed",
            )
        ],
        pull,
    ),
    **dict.fromkeys(
        [
            ("pull_request", action)
            for action in (
                "assigned",
                "unassigned",
                "locked",
                "unlocked",
                "milestoned",
                "demilestoned",
                "review_requested",
                "review_request_removed",
                "auto_merge_enabled",
                "auto_merge_disabled",
            )
        ],
        _ELSEWHERE,
    ),
    ("pull_request", "enqueued"): "its merge group is checked, not its place in the queue",
    ("pull_request", "dequeued"): "its merge group is checked, not its place in the queue",
    ("issue_comment", "created"): conversation_comment,
    ("issue_comment", "edited"): _WRITTEN,
    ("issue_comment", "deleted"): _WRITTEN,
    ("issue_comment", "pinned"): _ELSEWHERE,
    ("issue_comment", "unpinned"): _ELSEWHERE,
    ("pull_request_review_comment", "created"): line_comment,
    ("pull_request_review_comment", "edited"): _WRITTEN,
    ("pull_request_review_comment", "deleted"): _WRITTEN,
    # A review's body can be neither answered nor reacted to through the REST API, so nobody would learn what came of a
    # command in it. The comments of the review come as events of their own.
    ("pull_request_review", "submitted"): "commands count in comments, not in the text of a review",
    ("pull_request_review", "edited"): "commands count in comments, not in the text of a review",
    ("pull_request_review", "dismissed"): _ELSEWHERE,
    ("pull_request_review_thread", "resolved"): thread,
    ("pull_request_review_thread", "unresolved"): thread,
    # A push to the default branch that changes `.fusion.yml` needs nothing either: policy is read at each base commit.
    ("push", ""): _SAME,
    ("merge_group", "checks_requested"): merge_group,
    ("merge_group", "destroyed"): "the merge group is gone, and its checks with it",
    ("check_run", "rerequested"): rerun,
    ("check_run", "requested_action"): "Fusion's checks offer no buttons",
    ("check_run", "created"): "it tells of a check, and asks for none",
    ("check_run", "completed"): "it tells of a check, and asks for none",
    ("check_suite", "rerequested"): rerun,
    ("check_suite", "requested"): _SAME,
    ("check_suite", "completed"): "it tells of a check, and asks for none",
    ("installation", "created"): installation,
    ("installation", "deleted"): installation,
    ("installation", "suspend"): installation,
    ("installation", "unsuspend"): installation,
    ("installation", "new_permissions_accepted"): installation,
    ("installation_repositories", "added"): installation,
    ("installation_repositories", "removed"): installation,
    ("ping", ""): "GitHub asked whether somebody is here",
}
"""(event, action) -> its reader or the reason to ignore it; the action is empty where GitHub sends none."""

EVENTS = tuple(sorted({event for event, _ in TABLE}))
"""The events that Fusion knows, by GitHub's names."""


def reader(event: str, action: str) -> Reader | str:
    """The entry of the table, or the reason why there is none."""
    if (event, action) in TABLE:
        return TABLE[event, action]
    return "Fusion does not know this action" if event in EVENTS else "Fusion does not use this event"
