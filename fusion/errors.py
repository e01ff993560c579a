"""The errors Fusion raises, chosen by who must act on them.

    FusionError
    ├── UserError          the caller can mend it: one sentence that says what to do; exit code 2, HTTP 4xx
    │   ├── PolicyError    a configuration file that does not validate; names file, line and nearest key
    │   └── HeadMoved      the pull request has another head than the one asked for; `head` names it
    ├── TransientError     trying again can help: the queue redelivers, the orchestration retries
    │   ├── Conflict       optimistic concurrency lost a race; read again and retry
    │   └── RateLimited    the other side asks to wait; `seconds` says how long
    └── PermanentError     trying again cannot help: the message goes to the dead letters
        ├── Denied         a permission is missing: what can be done without it is done, and the rest is named
        ├── Gone           the repository, pull request or object is no longer there
        └── Unplaced       a comment's commit or lines are not part of the pull request's diff

Failures that a review survives (a crashed analyzer, a dead agent) are values in the coverage receipt, not exceptions.
"""


def installing(extra: str) -> str:
    """What installs the packages of an extra. Fusion lies in no package index: a bare name there would be somebody else's."""
    return f'.venv/bin/pip install -c constraints.txt -e ".[{extra}]", in the folder of Fusion'


class FusionError(Exception):
    """Root of every error that Fusion raises on purpose."""


class UserError(FusionError):
    """Input or usage that the person at the keyboard can mend; the message says how."""


class PolicyError(UserError):
    """A `.fusion.yml` that does not validate."""


class HeadMoved(UserError):
    """The pull request has another head by now. `head` is that commit's SHA; a review of the old one is superseded."""

    def __init__(self, message: str, *, head: str) -> None:
        super().__init__(message)
        self.head = head


class TransientError(FusionError):
    """An outage or a race: the same call may succeed later."""


class Conflict(TransientError):
    """The stored record changed since it was read (ETag mismatch)."""


class RateLimited(TransientError):
    """The other side asks to wait. `seconds` is how long, from now."""

    def __init__(self, message: str, *, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


class PermanentError(FusionError):
    """No retry can help; the message or run must be set aside for a person."""


class Denied(PermanentError):
    """The credentials may not do this; what does not need it goes on, and what does is named."""


class Gone(PermanentError):
    """What it is about was deleted, or is hidden from these credentials."""


class Unplaced(PermanentError):
    """The forge takes no comment there: the commit or the lines are not part of the diff. The words can go elsewhere."""
