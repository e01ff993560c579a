"""What the engine raises. Failures of orchestrations and activities are values (`InstanceState.failure`), never exceptions."""

from __future__ import annotations

from fusion.errors import TransientError, UserError


class EngineStopped(TransientError):
    """The engine is closed, or stopped because its journal could not be written; opening the journal again resumes the work."""


class EngineFull(TransientError):
    """The engine holds as much unfinished work as it was told to accept; try again when some of it is done."""


class UnknownInstance(UserError):
    """No instance has this id."""


class PayloadTooLarge(UserError):
    """An input or event is larger than the journal accepts; pass a reference to it instead (claim check)."""


class JournalError(UserError):
    """The journal cannot be used as it is; the message says what to do."""


class JournalBusy(JournalError):
    """Another engine has this journal open."""


class JournalCorrupt(JournalError):
    """The journal is not a readable database of this engine."""


class JournalTooNew(JournalError):
    """The journal was written by a newer version of the engine."""


class JournalUnwritable(JournalError):
    """The journal's folder or file cannot be written."""


class ReplayMismatch(UserError):
    """A recorded history no longer replays: the orchestrator's code and the history disagree."""
