"""What Azure's libraries say of an error, as a part of a sentence of ours."""

from __future__ import annotations


def first_line(error: BaseException, most: int = 200) -> str:
    """The first line of what it says, so many characters at most and without a full stop; its type where it says nothing.

    Some tell a page, or their own type before the service's words: then what the service said is its `message`.
    """
    text = str(getattr(error, "message", "") or error).strip()
    return (text.splitlines() or [type(error).__name__])[0][:most].rstrip(".")
