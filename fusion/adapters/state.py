"""What people are told when the state folder (`$FUSION_HOME`) cannot take what Fusion writes."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from fusion.errors import UserError

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def full(folder: Path) -> UserError:
    """The disk is full."""
    return UserError(
        f"The disk is full: nothing can be written to {folder}; free some space or set FUSION_HOME to another folder."
    )


def unwritable(folder: Path, why: str) -> UserError:
    """The folder cannot be written to."""
    return UserError(f"{folder} cannot be written to ({why}): make it writable or set FUSION_HOME to another folder.")


def refused(folder: Path, error: OSError) -> UserError:
    """What an OSError while writing below `folder` means to people."""
    if error.errno in _FULL:
        return full(folder)
    return unwritable(folder, os.strerror(error.errno) if error.errno else str(error))
