"""The errors Fusion raises, chosen by who must act on them.

    FusionError
    ├── UserError          the caller can mend it: one sentence that says what to do; exit code 2, HTTP 4xx
    │   └── PolicyError    a configuration file that does not validate; names file, line and nearest key
    ├── TransientError     trying again can help: the queue redelivers, the orchestration retries
    │   └── Conflict       optimistic concurrency lost a race; read again and retry
    └── PermanentError     trying again cannot help: the message goes to the dead letters

Failures that a review survives (a crashed analyzer, a dead agent) are values in the coverage receipt, not exceptions.
"""


class FusionError(Exception):
    """Root of every error that Fusion raises on purpose."""


class UserError(FusionError):
    """Input or usage that the person at the keyboard can mend; the message says how."""


class PolicyError(UserError):
    """A `.fusion.yml` that does not validate."""


class TransientError(FusionError):
    """An outage or a race: the same call may succeed later."""


class Conflict(TransientError):
    """The stored record changed since it was read (ETag mismatch)."""


class PermanentError(FusionError):
    """No retry can help; the message or run must be set aside for a person."""
