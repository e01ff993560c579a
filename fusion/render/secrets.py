"""Likely secrets in text that is about to be shown or posted, masked without moving anything else.

A mask keeps the length and the first characters, so that columns still point at the same place and people recognise which
secret is meant. It is a net under the analyzers, not one of them: it knows the prefixes that issuers document, private key
blocks, passwords in URLs, values assigned to names that say "secret", and long strings too random for prose or code.
"""

from __future__ import annotations

import math
import re
from collections import Counter

from fusion.render.text import clip, one_line

_KEPT = 4
_KNOWN = re.compile(
    r"""(?<![A-Za-z0-9])(?:
        (?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}             # AWS access key ids
      | gh[pousr]_[A-Za-z0-9]{20,255}                   # GitHub tokens
      | github_pat_[A-Za-z0-9_]{20,255}
      | gl[a-z]{2,5}-[A-Za-z0-9_-]{20,255}              # GitLab
      | xox[abeoprs]-[A-Za-z0-9-]{10,255}               # Slack
      | (?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{10,255}  # Stripe
      | sk-[A-Za-z0-9_-]{20,255}                        # model vendors
      | AIza[A-Za-z0-9_-]{30,45}                        # Google
      | ya29\.[A-Za-z0-9_-]{20,512}
      | npm_[A-Za-z0-9]{30,255}
      | pypi-[A-Za-z0-9_-]{40,512}
      | hf_[A-Za-z0-9]{30,255}
      | dop_v1_[0-9a-f]{40,255}
      | SG\.[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{16,128} # SendGrid
      | eyJ[A-Za-z0-9_-]{8,2048}\.eyJ[A-Za-z0-9_-]{8,4096}\.[A-Za-z0-9_-]{8,1024}  # JSON Web Tokens
    )""",
    re.VERBOSE,
)
_KEY_BLOCK = re.compile(r"(-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----)([^-]{16,16384})")
_URL_PASSWORD = re.compile(r"([A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s/:@'\"]{0,128}:)([^\s/@'\"]{1,256})(?=@)")
_ASSIGNED = re.compile(
    r"""((?:pass(?:word|wd|phrase)?|secret|token|api[_-]?key|access[_-]?key|account[_-]?key|private[_-]?key|credential)
         [A-Za-z0-9_-]{0,32}["']?\s{0,4}(?:=|:=|:|=>)\s{0,4}["'])([^"'\s]{8,256})(?=["'])""",
    re.VERBOSE | re.IGNORECASE,
)
_LONG = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{24,}={0,2}")
_PLACEHOLDER = re.compile(r"[\${<%(\[]|example|changeme|placeholder|xxxx|\*{4}", re.IGNORECASE)


def mask(text: str) -> str:
    """The text with likely secrets starred out; the same length, with the same line breaks."""
    text = _KNOWN.sub(lambda m: _stars(m[0]), text)
    text = _KEY_BLOCK.sub(lambda m: m[1] + re.sub(r"\S", "*", m[2]), text)
    text = _URL_PASSWORD.sub(lambda m: m[1] + "*" * len(m[2]), text)
    text = _ASSIGNED.sub(lambda m: m[1] + (m[2] if _PLACEHOLDER.search(m[2]) else "*" * len(m[2])), text)
    return _LONG.sub(lambda m: _stars(m[0]) if _random(m[0]) else m[0], text)


def excerpt(text: str, limit: int) -> str:
    """At most `limit` code points of the text on one line, masked before it is cut: half a secret is not recognised.

    Takes time by the limit, not by the text's length.
    """
    return clip(mask(one_line(text[: 8 * limit + 2000])), limit)


def _stars(secret: str) -> str:
    return secret[:_KEPT] + "*" * (len(secret) - _KEPT)


def _random(word: str) -> bool:
    """Whether a long word looks generated: all three classes of characters, and the more entropy the fewer digits.

    Hexadecimal digests and commit ids have one case of letters, identifiers and paths repeat themselves: both stay.
    """
    digits = sum(c.isdigit() for c in word)
    upper = sum(c.isupper() for c in word)
    lower = sum(c.islower() for c in word)
    if min(upper, lower) < 3 or not digits:
        return False
    entropy = -sum(n / len(word) * math.log2(n / len(word)) for n in Counter(word).values())
    return entropy >= (4.2 if digits >= 3 else 4.6)
