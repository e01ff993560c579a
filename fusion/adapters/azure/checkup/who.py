"""Who signs in to Azure from here: the kind of credential, and the object that roles are assigned to. Never a token."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping

from fusion.adapters.azure.checkup.asking import SECONDS
from fusion.adapters.azure.credentials import identity, principal, signed_in
from fusion.adapters.azure.errors import first_line
from fusion.errors import UserError
from fusion.ports.checkup import Told, mend, ready, skipped

SCOPE = "https://management.azure.com/.default"
"""Any identity gets a token for it, whatever its roles are."""


async def who(*, needed: bool, environ: Mapping[str, str] | None = None) -> list[Told]:
    """`needed`: something is reached by Entra ID, and not by a key alone."""
    from azure.core.exceptions import AzureError, ClientAuthenticationError

    environ = os.environ if environ is None else environ
    if not needed:
        return [skipped("identity", "sign-in", "Nothing that is configured signs in with Entra ID.")]
    try:
        told = identity(environ).told
        async with asyncio.timeout(SECONDS), signed_in(environ) as credential:
            await credential.get_token(SCOPE)
    except UserError as error:
        return [mend("identity", "sign-in", str(error))]
    except TimeoutError:
        return [mend("identity", "sign-in", f"Entra ID gave no token for {told} within {SECONDS:g} seconds.")]
    except ClientAuthenticationError as error:
        return [mend("identity", "sign-in", f"Entra ID gave {first_line(error, 500)}.")]
    except AzureError as error:
        return [mend("identity", "sign-in", f"What gives tokens to the {told} did not answer ({type(error).__name__}).")]
    found = principal()
    parts = [
        told,
        f"object {found.object}" if found.object else "",
        f"tenant {found.tenant}" if found.tenant else "",
        found.name,
    ]
    return [ready("identity", "sign-in", ", ".join(part for part in parts if part))]
