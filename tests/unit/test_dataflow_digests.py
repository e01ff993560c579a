"""Broken digests where nothing depends on collisions, beside the same where something does."""

from __future__ import annotations

from fusion.model import Confidence
from tests.fakes.dataflow import analysed, marked


def _possible(code: str, name: str) -> int:
    """How many findings are called possible."""
    return sum(flow.confidence is Confidence.POSSIBLE for flow in analysed(code, name).flows)


def test_digests_that_end_in_no_security() -> None:
    source = """
        import base64
        import hashlib
        GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

        def accept(key):
            return base64.b64encode(hashlib.sha1(key.encode() + GUID).digest())

        def version(parts):
            return hashlib.sha1("".join(parts).encode()).hexdigest()[:8]  # expect: weak-hash

        def cache_key(values):
            return hashlib.sha1("|".join(values).encode()).hexdigest()  # expect: weak-hash

        def half(user):
            number = int(hashlib.md5(user.encode()).hexdigest(), 16)  # expect: weak-hash
            return number % 2

        def tagged(response, body):
            digest = hashlib.md5()  # expect: weak-hash
            digest.update(body)
            response.headers["ETag"] = digest.hexdigest()

        def table(items):
            return {hashlib.md5(item).hexdigest(): item for item in items}  # expect: weak-hash

        def part(value):
            return hashlib.md5(value).hexdigest()  # expect: weak-hash

        def cached(cache, value):
            return cache.get(part(value))

        def sign(value):
            return hashlib.md5(value).hexdigest()  # expect: weak-hash

        def short(password):
            return hashlib.md5(password.encode()).hexdigest()[:8]  # expect: weak-hash

        def both(response, body):
            digest = hashlib.md5(body).hexdigest()  # expect: weak-hash
            response.headers["ETag"] = digest
            return digest

        def longer(body):
            return hashlib.md5(body).hexdigest()[:32]  # expect: weak-hash
    """
    marked(source)
    assert _possible(source, "main.py") == 7


def test_digests_that_end_in_no_security_in_javascript() -> None:
    source = """
        const crypto = require('crypto');
        const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
        exports.accept = (key) => crypto.createHash('sha1').update(key + GUID).digest('base64');
        exports.tagged = (res, page) => {
            const sum = crypto.createHash('md5');  // expect: weak-hash
            sum.update(page);
            res.set('ETag', sum.digest('hex'));
        };
        exports.picture = (mail) =>
            `https://www.gravatar.com/avatar/${crypto.createHash('md5').update(mail).digest('hex')}`;  // expect: weak-hash
        exports.third = (site) => crypto.createHash('md5').update(site).digest().readUInt32BE(0) % 3;  // expect: weak-hash
        exports.short = (body) => crypto.createHash('md5').update(body).digest('hex').slice(0, 10);  // expect: weak-hash
        exports.reset = (token) => crypto.createHash('md5').update(token).digest('hex').slice(0, 10);  // expect: weak-hash
        exports.sign = (body) => crypto.createHash('md5').update(body).digest('hex');  // expect: weak-hash
    """
    marked(source, "app.js")
    assert _possible(source, "app.js") == 4
