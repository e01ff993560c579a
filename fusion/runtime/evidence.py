"""Where analyzers look: in the evidence service that the settings name, in this machine's sandbox, or nowhere."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from fusion.errors import UserError, installing
from fusion.settings import Settings

if TYPE_CHECKING:
    from fusion.adapters.sessions import HttpSessions
    from fusion.evidence.examiner import Examiner
    from fusion.evidence.service.contract import Catalogue


def examiner(settings: Settings, *, beside_identities: bool = False) -> Examiner | None:
    """Who looks at files; None: nobody, and the receipt says so. Raises UserError: the service's address cannot be used.

    `beside_identities`: any process of this host could ask for the tokens of an identity. Nothing looks here then, unless
    somebody asks for it by name (FUSION_EVIDENCE=local).
    """
    if settings.evidence == "off":
        return None
    if settings.evidence == "auto" and settings.evidence_service:
        from fusion.evidence.remote.examiner import RemoteExaminer

        return RemoteExaminer(sessions(settings))
    if settings.evidence == "auto" and beside_identities:
        return None
    from fusion.evidence.local import LocalExaminer
    from fusion.evidence.sandbox import Sandbox

    return LocalExaminer(Sandbox.detect(), beside_identities=beside_identities)


def sessions(settings: Settings) -> HttpSessions:
    """The service that FUSION_EVIDENCE_SERVICE names; nobody is asked yet. Raises UserError: code must not go there.

    A service that takes a token of its own is asked as one address; else a host of Azure is a pool, which Entra ID signs in to.
    """
    from fusion.adapters.sessions import EntraToken, HttpSessions, allowed, fixed, is_pool

    allowed(settings.evidence_service)
    if settings.evidence_token is not None:
        return HttpSessions(settings.evidence_service, token=fixed(settings.evidence_token.get_secret_value()), pool=False)
    if not is_pool(settings.evidence_service):
        return HttpSessions(settings.evidence_service, token=None, pool=False)
    if any(find_spec(name) is None for name in ("azure", "azure.identity")):
        raise UserError(
            "FUSION_EVIDENCE_SERVICE names a pool, which Entra ID signs in to, and the packages for Azure are not installed:"
            f" {installing('azure')}; or set FUSION_EVIDENCE_TOKEN, if it is no pool."
        )
    from fusion.adapters.azure.credentials import signed_in

    return HttpSessions(settings.evidence_service, token=EntraToken(signed_in), pool=True)


async def evidence_service(settings: Settings) -> Catalogue | str:
    """What the service is and has, by asking it; else a sentence that says why it cannot be asked. Raises UserError."""
    from fusion.evidence.remote.catalogue import catalogue

    told = await catalogue(sessions(settings))
    if isinstance(told, str) and "FUSION_EVIDENCE" not in told:
        return f"{told.rstrip('.')}: FUSION_EVIDENCE_SERVICE is {settings.evidence_service}."
    return told
