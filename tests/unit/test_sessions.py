"""Who is asked where, with which token, and what is done about replies that are no answers."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from typing import Any, Self

import pytest

from fusion.adapters.sessions import SCOPE, EntraToken, HttpSessions, allowed, is_pool
from fusion.errors import UserError
from fusion.evidence.local import LocalExaminer
from fusion.evidence.remote.examiner import RemoteExaminer
from fusion.evidence.remote.replies import HASTY, Again, Attempts, Ending, began, weigh
from fusion.model import Outcome
from fusion.ports.sessions import Fault, Reply
from fusion.runtime import evidence
from fusion.settings import read

POOL = "https://evidence.happyfield-1a2b.westeurope.azurecontainerapps.io"
TOKEN = "t" * 32


def examiner(beside: bool = False, **environ: str) -> Any:
    return evidence.examiner(read({"FUSION_HOME": "/nowhere", **environ}), beside_identities=beside)


def test_the_settings_say_where_analyzers_look() -> None:
    assert isinstance(examiner(), LocalExaminer)
    assert examiner(FUSION_EVIDENCE="off", FUSION_EVIDENCE_SERVICE=POOL) is None
    assert examiner(beside=True) is None
    assert isinstance(examiner(FUSION_EVIDENCE="local", FUSION_EVIDENCE_SERVICE=POOL), LocalExaminer)
    beside = examiner(beside=True, FUSION_EVIDENCE="local")
    assert (beside.for_strangers, beside.isolation.endswith("beside this host's identity")) == (False, True)
    for near in (False, True):
        remote = examiner(near, FUSION_EVIDENCE_SERVICE=POOL)
        assert isinstance(remote, RemoteExaminer)
        assert (remote.isolation, remote.for_strangers) == ("Container Apps dynamic session (pool evidence)", True)
    plain = examiner(FUSION_EVIDENCE_SERVICE=POOL, FUSION_EVIDENCE_TOKEN=TOKEN)
    assert plain.isolation == "evidence service at evidence.happyfield-1a2b.westeurope.azurecontainerapps.io"


@pytest.mark.parametrize("address", ["http://evidence.example.com", "http://10.0.0.7:8090", "http://localhost.example.com"])
def test_code_and_tokens_do_not_go_in_the_clear(address: str) -> None:
    with pytest.raises(UserError, match="must be asked by https"):
        examiner(FUSION_EVIDENCE_SERVICE=address, FUSION_EVIDENCE_TOKEN=TOKEN)
    for fine in ("http://127.0.0.1:8090", "http://[::1]:8090", "http://localhost:8090", "https://evidence.example.com/x"):
        allowed(fine)


def test_a_pool_is_known_by_its_host() -> None:
    code = "https://westeurope.dynamicsessions.io/subscriptions/1/resourceGroups/g/sessionPools/tools"
    assert is_pool(POOL)
    assert is_pool(code)
    for other in ("https://evidence.example.com/azurecontainerapps.io", f"{POOL}.example.com", "https://xdynamicsessions.io"):
        assert not is_pool(other)
    assert HttpSessions(code, token=None, pool=True).place == "Container Apps dynamic session (pool tools)"


class Credential:
    """Entra ID's, which counts."""

    def __init__(self, lasting: float) -> None:
        self.lasting, self.asked, self.closed = lasting, [], 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.closed += 1

    async def get_token(self, scope: str) -> Any:
        from azure.core.credentials import AccessToken

        self.asked.append(scope)
        return AccessToken(f"token {len(self.asked)}", int(time.time() + self.lasting))


async def test_a_token_is_kept_while_it_lasts() -> None:
    pytest.importorskip("azure.core")
    lasting, passing = Credential(3600), Credential(60)
    token = EntraToken(lambda: lasting)  # type: ignore[arg-type,return-value]
    assert [await token(), await token()] == ["token 1", "token 1"]
    assert (lasting.asked, lasting.closed) == ([SCOPE], 1)
    token = EntraToken(lambda: passing)  # type: ignore[arg-type,return-value]
    assert [await token(), await token()] == ["token 1", "token 2"]


async def test_nobody_who_signs_in_is_told_and_nothing_is_sent() -> None:
    pytest.importorskip("azure.core")

    class Nobody(Credential):
        async def get_token(self, scope: str) -> Any:
            from azure.core.exceptions import ClientAuthenticationError

            raise ClientAuthenticationError("no token for managed identity: assign it\nand a page more")

    sessions = HttpSessions(POOL, token=EntraToken(lambda: Nobody(1)), pool=True)  # type: ignore[arg-type,return-value]
    reply = await sessions.ask("/examine", b"{}", session="fusion-1", seconds=5, most=10)
    assert (reply.fault, reply.told) == (Fault.NOT_SIGNED_IN, "No token for managed identity: assign it.")
    ending = weigh(reply, Attempts(), left=60, patience=60, spread=0)
    assert ending == Ending(
        outcome=Outcome.FAILED,
        reason="nobody could sign in to the evidence service: No token for managed identity: assign it",
    )


def tried(reply: Reply, attempts: Attempts, **bounds: float) -> tuple[list[float], Ending]:
    """The pauses between tries that all meet the same, and the end."""
    pauses = []
    while isinstance(then := weigh(reply, attempts, **{"left": 200.0, "patience": 60.0, "spread": 1.0, **bounds}), Again):
        pauses.append(then.seconds)
        attempts = then.attempts
    assert then is not None
    return pauses, then


def test_who_is_full_is_waited_for_and_who_is_not_there_hardly() -> None:
    full, gone, dead = Reply(status=429, full=True), Reply(fault=Fault.UNREACHABLE), Reply(fault=Fault.BROKEN)
    pauses, ending = tried(full, Attempts())
    assert (pauses, ending.gone, ending.divide) == ([1, 2, 4, 8, 15, 15], True, False)
    assert "no session free (429), 7 times" in ending.reason
    assert tried(full, Attempts(), left=2.5)[0] == [1, 2]
    assert tried(gone, Attempts()) == ([1, 2, 4], Ending(outcome=Outcome.FAILED, reason=ending_of(gone), gone=True))
    assert (tried(gone, HASTY)[0], tried(full, HASTY)[0]) == ([], [])
    pauses, ending = tried(dead, Attempts())
    assert (pauses, ending.divide, ending.gone) == ([1, 2], True, False)
    assert tried(Reply(status=429, full=True, wait=30.0), Attempts())[0] == [30]
    assert tried(Reply(status=404), Attempts())[0] == []


def ending_of(reply: Reply) -> str:
    return tried(reply, HASTY)[1].reason


def test_what_a_service_says_of_its_refusal_is_shown_as_its_word() -> None:
    body = b'{"title": "Unprocessable", "detail": "files: \\u001b[2Ja path is not one.", "status": 422}'
    told = tried(Reply(status=422, body=body, kind="application/problem+json"), Attempts())[1].reason
    assert told == "the evidence service answered 422: files: a path is not one"
    assert tried(Reply(status=422, body=b"[" * 9000, kind="application/problem+json"), Attempts())[1].reason.endswith("422")
    assert not began(Reply(status=404))
    assert began(Reply(fault=Fault.BROKEN))


async def test_no_proxy_hears_what_is_told_to_this_machine() -> None:
    """The environment of the whole process names a proxy; a service of this machine is asked without it."""
    code = (
        "import asyncio, socket, threading\n"
        "from fusion.adapters.sessions import HttpSessions\n"
        "door = socket.create_server(('127.0.0.1', 0))\n"
        "def answer():\n"
        "    near, _ = door.accept()\n"
        "    assert near.recv(999).startswith(b'GET /tools ')\n"
        "    near.sendall(b'HTTP/1.1 200 OK\\r\\ncontent-length: 2\\r\\n\\r\\n{}')\n"
        "threading.Thread(target=answer, daemon=True).start()\n"
        "sessions = HttpSessions(f'http://127.0.0.1:{door.getsockname()[1]}', token=None, pool=False)\n"
        "print(asyncio.run(sessions.ask('/tools', None, session='s', seconds=9, most=99)).status)\n"
    )
    environ = {**os.environ, "HTTP_PROXY": "http://127.0.0.1:9", "ALL_PROXY": "http://127.0.0.1:9", "NO_PROXY": ""}
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", code], env=environ, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout == "200\n", done.stderr
