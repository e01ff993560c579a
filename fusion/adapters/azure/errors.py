"""What Azure's libraries say of an error, as a part of a sentence of ours."""

from __future__ import annotations


def first_line(error: BaseException, most: int = 200) -> str:
    """The first line of what it says, so many characters at most and without a full stop; its type where it says nothing.

    Some tell a page, or their own type before the service's words: then what the service said is its `message`.
    """
    text = str(getattr(error, "message", "") or error).strip()
    return (text.splitlines() or [type(error).__name__])[0][:most].rstrip(".")


_SILENCES = {
    "no host of that name is known here": ("Name or service not known", "nodename nor servname", "No address associated"),
    "no name server answers": ("Temporary failure in name resolution",),
    "nothing listens there": ("Connection refused", "Connect call failed", "All connection attempts failed"),
    "its certificate is not trusted here": ("CERTIFICATE_VERIFY_FAILED",),
}
"""What libraries say of a connection that did not come about, each in its own words around these."""


def silence(error: BaseException, setting: str = "") -> str:
    """Why nobody answered, and the setting to look at; empty where that is not known."""
    said = str(error)
    late = "not in time" if isinstance(error, TimeoutError) else ""
    why = next((why for why, marks in _SILENCES.items() if any(mark in said for mark in marks)), late)
    return f"{why}: see {setting}" if why and setting else why
