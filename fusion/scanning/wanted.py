"""What is to be scanned, and where what was found lies in the Store."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime

from fusion.model import Record
from fusion.ports import Key, Place


class Wanted(Record):
    """One repository to scan: on GitHub, or with `location` a folder of this machine."""

    repository: str
    """owner/name; of a folder its name."""
    was: str = ""
    """What it was called when the scan began; empty: as now."""
    location: str = ""
    """The folder, as an absolute path; empty: the repository is on GitHub."""
    installation: int = 0
    """The App's installation whose token reads; 0: GITHUB_TOKEN, or none."""
    actor: str = ""
    again: bool = False
    """Read and assess everything anew: nothing is taken over from the last scan."""
    checks: tuple[str, ...] = ()
    """Ids of the checks to make; empty: all that policy leaves on."""
    policy: str = ""
    """Blob digest of a policy file given on the command line; empty: the repository's own `.fusion.yml`."""
    issues: bool = False
    """Keep issues in the repository, as its policy says."""

    @property
    def place(self) -> Place:
        """Where its forge finds it; for a folder, its path."""
        return Place(repository=self.location or self.repository, installation=self.installation)

    @property
    def scope(self) -> str:
        """The scope of its records."""
        return self.location or self.repository

    @property
    def is_partial(self) -> bool:
        """Whether only some checks are asked for, so that the next scan cannot be compared with this one."""
        return bool(self.checks)


class Targets(Record):
    """All that one scan of an account is about."""

    account: str
    at: datetime
    wanted: tuple[Wanted, ...]
    others: tuple[str, ...] = ()
    """The account's repositories that are not to be scanned now; the report shows what their last scans said."""
    notes: tuple[str, ...] = ()


def account_id(account: str, name: str) -> str:
    """Id of the scan of an account: a function of both, so that a second start changes nothing.

    `name` is the time slot, or what else tells one scan of the account from the others.
    """
    return f"scan-{short(account.lower())}-{name}"


def child_id(scan: str, wanted: Wanted) -> str:
    """Id of the scan of one repository in that of an account. Hosts allow no slash in ids, and not a hundred letters."""
    return f"{scan}:{short(wanted.scope)}"


def short(text: str) -> str:
    """12 hex digits of SHA-256."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def account_name(text: str) -> str:
    """The name of an account as it may stand in a Store's key."""
    return re.sub(r"[^A-Za-z0-9._-]", "-", text) or "everything"


def answers_key(tenant: str, wanted: Wanted) -> Key:
    """The forge's answers of last time, with their ETags: `{"answers": blob digest}`."""
    return Key(tenant=tenant, scope=wanted.scope, kind="scan-answers", id="last")


def last_key(tenant: str, scope: str) -> Key:
    """The last scan: a `Last`."""
    return Key(tenant=tenant, scope=scope, kind="scan-last", id="last")


def series_key(tenant: str, scope: str) -> Key:
    """How its whole scans went: a `Series`."""
    return Key(tenant=tenant, scope=scope, kind="scan-series", id="last")


def scan_key(tenant: str, scope: str, id: str) -> Key:
    """One scan of a repository: a `ScanOf` with its time."""
    return Key(tenant=tenant, scope=scope, kind="scan", id=id)


def account_key(tenant: str, account: str, id: str) -> Key:
    """One scan of an account: `{"account", "at", "digest", "repositories"}`."""
    return Key(tenant=tenant, scope=account_name(account), kind="scan-account", id=id)


def account_series_key(tenant: str, account: str) -> Key:
    """How the whole scans of an account went: a `Series`."""
    return Key(tenant=tenant, scope=account_name(account), kind="account-series", id="last")


def due_key(tenant: str, repository: str) -> Key:
    """When a repository is next to be scanned: a `Due`."""
    return Key(tenant=tenant, scope=repository, kind="scan-due", id="due")
