"""What a person is told while a scan waits for GitHub or the Store, and whether anything was read before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from fusion.progress import Waits


def held_up(activity: str, job: Mapping[str, Any], answer: object, *, at: datetime) -> Waits | None:
    """What is waited for, where the activity's answer at this time asks to wait; else None."""
    if not isinstance(answer, dict) or answer.get("status") != "wait":
        return None
    message, seconds = str(answer.get("message", "")).rstrip("."), float(answer.get("seconds", 0))
    what = "GitHub" if message.startswith("GitHub") else "an answer"
    if seconds > 0:
        until = at + timedelta(seconds=seconds)
        # One reason for all repositories that run into the same limit; that of the next hour is another.
        return Waits(f"limit {until:%d %H}", what, f"{message}; the scan goes on at {until:%H:%M} UTC.")
    if activity == "enumerate_repositories" or (activity == "read_posture" and not job.get("within")):
        return Waits(f"{what} first", what, f"{message}; it is asked again for about a minute.", first=True)
    reason = what if what == "GitHub" else message
    return Waits(reason, what, f"{message}; it is asked again with growing pauses, for up to five hours.")
