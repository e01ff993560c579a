"""The App signs in: its key, its own token, and the tokens of its installations."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from fusion.adapters.github.app import LISTING, PERMISSIONS, RESOLVING, App, private_key
from fusion.adapters.github.client import Access
from fusion.errors import Denied, Gone, PermanentError, UserError
from fusion.events import permissions
from tests.fakes.scripted_http import NOW, Asked, Scripted, Time, listening, reply

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, *, password: bytes = b"") -> str:
    locked = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked).decode()


@asynccontextmanager
async def app_on(script: Callable[[Asked], bytes], time: Time) -> AsyncIterator[tuple[Scripted, App]]:
    async with listening(script) as (server, api):
        yield server, App(Access(api=api, clock=time, sleep=time.sleep), id=7, key=pem(KEY))


def claims(asked: Asked) -> dict[str, Any]:
    token = asked.headers["authorization"].removeprefix("Bearer ")
    off = {"verify_exp": False, "verify_iat": False}
    return dict(jwt.decode(token, KEY.public_key(), algorithms=["RS256"], options=off))  # type: ignore[arg-type]


def issued(time: Time, number: int, *, hours: float = 1) -> bytes:
    ends = datetime.fromtimestamp(time.now, UTC) + timedelta(hours=hours)
    return reply(201, {"token": f"ghs_{number}", "expires_at": ends.isoformat().replace("+00:00", "Z")})


def test_a_key_is_pem_or_a_path(tmp_path: Path) -> None:
    path = tmp_path / "app.pem"
    path.write_text(pem(KEY))
    for given in (pem(KEY), pem(KEY).replace("\n", "\\n"), f"  {path}\n"):
        assert private_key(given).private_numbers() == KEY.private_numbers()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("/nowhere/app.pem", "neither a private key in PEM nor the path"),
        ("", "neither"),
        ("a\0b", "neither"),
        ("-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----", "no usable private key"),
        (pem(KEY, password=b"locked"), "no usable private key"),
        (pem(ec.generate_private_key(ec.SECP256R1())), "no RSA key"),
    ],
)
def test_keys_that_cannot_be_used(given: str, words: str) -> None:
    with pytest.raises(UserError, match=words) as caught:
        App(Access(api="https://x"), id=7, key=given)
    assert "PRIVATE" not in str(caught.value)


async def test_a_token_is_narrow_and_replaced_five_minutes_before_its_end() -> None:
    time = Time()
    made: list[Any] = []

    def script(asked: Asked) -> bytes:
        if asked.method == "POST":
            found = claims(asked)
            assert found == {"iat": int(time.now) - 60, "exp": int(time.now) + 540, "iss": "7"}
            made.append(json.loads(asked.body))
            return issued(time, len(made), hours=9)
        return reply(200, {"token": asked.headers["authorization"]})

    async with app_on(script, time) as (server, app):
        client = app.client(5, "octo/shop")
        first = await asyncio.gather(*(client.json(f"/{n}") for n in range(3)))
        assert first == [{"token": "Bearer ghs_1"}] * 3
        assert made == [{"permissions": dict(PERMISSIONS), "repositories": ["shop"]}]
        assert server.asked[0].target == "/app/installations/5/access_tokens"
        time.now += 3600 - 301
        assert await app.client(5, "Octo/Shop").json("/x") == {"token": "Bearer ghs_1"}
        time.now += 2
        assert await client.json("/x") == {"token": "Bearer ghs_2"}, "nine hours are not believed"
        await app.client(5, "octo/other").json("/x")
        assert made[-1]["repositories"] == ["other"]


async def test_githubs_clock_is_taken_when_ours_is_wrong() -> None:
    time = Time()
    theirs = NOW + 7200

    def script(asked: Asked) -> bytes:
        date = format_datetime(datetime.fromtimestamp(theirs, UTC), usegmt=True)
        good = claims(asked)["iat"] <= theirs < claims(asked)["exp"]
        return reply(200, {"id": 7, "slug": "fusion"}, date=date) if good else reply(401, {"message": "exp"}, date=date)

    async with app_on(script, time) as (server, app):
        assert (await app.identity()).login == "fusion[bot]"
        await app.identity()
        assert len(server.asked) == 2


async def test_a_wrong_key_is_told() -> None:
    time = Time()
    async with app_on(lambda asked: reply(401, {"message": "A JSON web token could not be decoded"}), time) as (server, app):
        with pytest.raises(UserError, match="FUSION_GITHUB_KEY"):
            await app.installations()
        assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("status", "message", "error"),
    [
        (404, "Not Found", Gone),
        (403, "This installation has been suspended", Denied),
        (422, "There is at least one repository that does not exist or is not accessible to the parent installation.", Gone),
        (422, "Something else", PermanentError),
    ],
)
async def test_no_token_is_to_be_had(status: int, message: str, error: type[Exception]) -> None:
    def script(asked: Asked) -> bytes:
        if asked.method == "GET":
            return reply(200, {"id": 5, "permissions": dict(PERMISSIONS)})
        return reply(status, {"message": message})

    async with app_on(script, Time()) as (_, app):
        with pytest.raises(error) as caught:
            await app.client(5, "octo/shop").json("/x")
        assert type(caught.value) is error


def test_no_token_may_do_what_the_app_is_not_registered_for() -> None:
    registered = {permission.name: permission.access for permission in permissions.PERMISSIONS}
    for asked in (PERMISSIONS, RESOLVING, LISTING):
        assert asked.keys() <= registered.keys()
        assert not [name for name, access in asked.items() if (access, registered[name]) == ("write", "read")]


async def test_a_token_for_all_repositories_may_only_list_them() -> None:
    time = Time()

    def script(asked: Asked) -> bytes:
        return issued(time, 1) if asked.method == "POST" else reply(200, {"repositories": [{"full_name": "octo/shop"}]})

    async with app_on(script, time) as (server, app):
        assert await app.repositories(5) == ["octo/shop"]
        assert json.loads(server.asked[0].body) == {"permissions": {"metadata": "read"}}


async def test_what_an_owner_did_not_grant_is_not_asked_for() -> None:
    time = Time()
    wanted: list[Any] = []

    def script(asked: Asked) -> bytes:
        if asked.target == "/app/installations/5":
            return reply(200, {"id": 5, "permissions": {"contents": "write", "checks": "read", "actions": "write"}})
        if asked.method == "POST":
            wanted.append(json.loads(asked.body)["permissions"])
            if len(wanted) == 1:
                return reply(422, {"message": "The permissions requested are not granted to this installation."})
            return issued(time, 1)
        return reply(200, {"ok": 1})

    async with app_on(script, time) as (_, app):
        assert await app.client(5, "octo/shop").json("/x") == {"ok": 1}
        assert wanted[1] == {"contents": "read", "checks": "read"}


async def test_deliveries_end_where_they_are_too_old() -> None:
    def item(n: int) -> dict[str, Any]:
        at = (datetime.fromtimestamp(NOW, UTC) - timedelta(minutes=n)).isoformat().replace("+00:00", "Z")
        return {"id": n, "guid": f"g{n}", "event": "push", "action": None, "delivered_at": at, "status_code": 502}

    def script(asked: Asked) -> bytes:
        at = int(asked.target.partition("cursor=")[2] or 0)
        return reply(200, [item(n) for n in range(at, at + 10)], link=f'<http://x/y?cursor={at + 10}>; rel="next"')

    async with app_on(script, Time()) as (server, app):
        found = await app.deliveries(datetime.fromtimestamp(NOW, UTC) - timedelta(minutes=24))
        assert [attempt.id for attempt in found] == list(range(25))
        assert (found[3].delivery, found[3].status, found[3].action, found[3].redelivery) == ("g3", 502, "", False)
        assert len(server.asked) == 3
