"""What an evidence service is and has, by asking it: for `fusion doctor`, never for a review."""

from __future__ import annotations

import secrets

from pydantic import ValidationError

from fusion.evidence.remote.replies import began, told
from fusion.evidence.service.contract import TOOLS, Catalogue
from fusion.ports.sessions import Sessions

_SECONDS = 45.0
"""A pool's first session may have to be started."""
_MOST = 1 << 20


async def catalogue(sessions: Sessions) -> Catalogue | str:
    """The service's own word, or why it gives none, as a sentence."""
    session = f"fusion-{secrets.token_hex(16)}"
    reply = await sessions.ask(TOOLS, None, session=session, seconds=_SECONDS, most=_MOST)
    if began(reply):
        await sessions.stop(session)
    if reply.fault is not None or reply.status != 200:
        why = told(reply)
        return f"{why[:1].upper()}{why[1:]}."
    try:
        return Catalogue.model_validate_json(reply.body)
    except ValidationError:
        return "What answers there is no evidence service that this version of Fusion knows: see FUSION_EVIDENCE_SERVICE."
