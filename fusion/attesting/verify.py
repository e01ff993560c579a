"""Verification: links, the contents they seal, keys and anchors in; every flaw out. Reads nothing and asks nobody.

It trusts the keys it is given, and what those introduce; nothing that comes with the links makes itself trusted. It goes on
after a flaw, so that one report tells all.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any

from fusion.attesting import jwk
from fusion.attesting.anchored import Anchors
from fusion.attesting.links import from_base64url, sha256, signed_bytes, utc
from fusion.attesting.verdict import Chain, Flaw, Mark, Verdict
from fusion.errors import PermanentError, UserError
from fusion.model.compliance import Anchored, Sealed

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

SKEW = timedelta(minutes=5)
"""By how much clocks may differ before it is told."""


def verify(
    links: Sequence[Sealed],
    payloads: Mapping[str, bytes],
    keys: Sequence[Mapping[str, Any]],
    anchors: Sequence[Anchored] = (),
    *,
    kept: Sequence[Anchored] = (),
    roots: Sequence[Certificate] = (),
    tolerance: timedelta = SKEW,
) -> Verdict:
    """Judge links, in the order in which they lie there, of one chain or of several.

    `payloads`: contents by digest. `keys`: public keys as JWKs that are trusted. `anchors`: those that came with the links;
    `kept`: those that the verifier has from where they are kept. `roots`: of timestamp authorities.
    """
    trusted = {jwk.thumbprint(key): key for key in keys}
    flaws: list[Flaw] = []
    told = Anchors.of(anchors, kept, roots=roots, tolerance=tolerance)
    chains: list[Chain] = []
    lying: dict[str, list[Sealed]] = {}
    named: dict[str, dict[int, Sealed]] = {}
    for link in links:
        lying.setdefault(link.chain, []).append(link)
        named.setdefault(link.chain, {}).setdefault(link.number, link)
    witnesses = _Witnesses()
    # What an organisation's record says of its repositories' chains is an anchor of theirs: those chains come after.
    for name in sorted(named, key=lambda name: not any(link.kind == "organisation" for link in named[name].values())):
        following = _Following(payloads=payloads, trusted=dict(trusted), tolerance=tolerance)
        flaws += following.judge(lying[name])
        found, seen = witnesses.judge(name, named[name])
        flaws += found
        found, proven = told.judge(name, named[name], seen)
        flaws += found
        witnesses.hear(named[name], payloads, proven)
        last = named[name][max(named[name])]
        chains.append(Chain(name=name, links=len(named[name]), hash=last.hash, at=last.at, key=last.key, anchored=proven))
    chains.sort(key=lambda chain: chain.name)
    flaws += told.strangers(frozenset(named))
    flaws += witnesses.strangers(frozenset(named))
    flaws += _strays(links, payloads)
    return Verdict(chains=tuple(chains), links=len(links), flaws=tuple(flaws))


@dataclass(slots=True, kw_only=True)
class _Following:
    """A chain that is followed from its first link to its last."""

    payloads: Mapping[str, bytes]
    trusted: dict[str, Mapping[str, Any]]
    tolerance: timedelta
    retired: set[str] = field(default_factory=set)
    introduced: set[str] = field(default_factory=set)

    def judge(self, links: Sequence[Sealed]) -> Iterator[Flaw]:
        """Every flaw of the links of one chain, in the order in which they lie there."""
        for before, link in pairwise(links):
            if link.number < before.number:
                text = f"Link {link.number} lies after link {before.number}."
                yield Flaw(mark=Mark.REORDERED, chain=link.chain, number=link.number, text=text)
        followed = {link.previous for link in links}
        last: Sealed | None = None
        for number, group in groupby(sorted(links, key=lambda link: link.number), lambda link: link.number):
            several = list(group)
            yield from _several(number, several)
            link = _followed(several, last, followed)
            if number != (expected := 0 if last is None else last.number + 1):
                lacking = f"link {expected} is" if number == expected + 1 else f"links {expected} to {number - 1} are"
                yield Flaw(mark=Mark.GAP, chain=link.chain, number=number, text=f"Before link {number}, {lacking} missing.")
            elif link.previous != ("" if last is None else last.hash):
                right = f"link {number - 1}, whose hash is {last.hash}" if last else "nothing"
                text = f"Link {number} follows {link.previous or 'nothing'}, not {right}."
                yield Flaw(mark=Mark.PREVIOUS, chain=link.chain, number=number, text=text)
            if last is not None and (back := utc(last.at) - utc(link.at)) > self.tolerance:
                text = f"Link {number} is {back} older than link {last.number} says it is: clocks differed."
                yield Flaw(mark=Mark.CLOCK, chain=link.chain, number=number, text=text)
            for one in several:
                yield from self._link(one, last)
            last = link

    def _link(self, link: Sealed, last: Sealed | None) -> Iterator[Flaw]:
        about: dict[str, Any] = {"chain": link.chain, "number": link.number}
        try:
            signed = signed_bytes(link)
        except PermanentError as error:
            yield Flaw(mark=Mark.UNREADABLE, text=f"Link {link.number} holds what no link can: {error}", **about)
            return
        whole = sha256(signed) == link.hash
        if not whole:
            yield Flaw(
                mark=Mark.HASH, text=f"Link {link.number} does not have the hash that it names: it was changed.", **about
            )
        data, flaw = self._payload(link)
        if flaw is not None:
            yield flaw
        if link.key in self.retired:
            text = f"Link {link.number} is signed with the key {link.key}, which was replaced before."
            yield Flaw(mark=Mark.RETIRED_KEY, text=text, **about)
        elif link.key not in self.trusted:
            text = f"Link {link.number} is signed with the key {link.key}, which nobody vouches for."
            yield Flaw(mark=Mark.UNKNOWN_KEY, text=text, **about)
        elif not _is_signed(self.trusted[link.key], link, signed):
            text = f"The signature of link {link.number} is not that of the key {link.key}."
            yield Flaw(mark=Mark.SIGNATURE, text=text, **about)
        elif whole:
            yield from self._keys(link, last, data, about)

    def _payload(self, link: Sealed) -> tuple[bytes | None, Flaw | None]:
        what = f"the {link.kind} {link.subject} of link {link.number}"
        data = self.payloads.get(link.digest)
        if data is None:
            text = f"The contents of {what} are missing ({link.digest})."
            return None, Flaw(mark=Mark.MISSING, chain=link.chain, number=link.number, text=text)
        if sha256(data) != link.digest:
            text = f"The contents of {what} were changed: they are not {link.digest}."
            return None, Flaw(mark=Mark.PAYLOAD, chain=link.chain, number=link.number, text=text)
        return data, None

    def _keys(self, link: Sealed, last: Sealed | None, data: bytes | None, about: dict[str, Any]) -> Iterator[Flaw]:
        """What a link that is rightly signed means for the keys of the links after it."""
        before = None if last is None else last.subject if last.kind == "key" else last.key
        if before is not None and link.key != before:
            self.retired.add(before)
            text = f"From link {link.number} on the key is {link.key}, without the old one's signature: you vouch for it."
            yield Flaw(mark=Mark.TAKEN_OVER, text=text, **about)
        if link.kind != "key" or data is None or link.subject == link.key:
            return
        try:
            key = jwk.read(data, origin="It")
            fits = jwk.thumbprint(key) == link.subject and link.subject not in self.retired
        except UserError:
            fits = False
        if not fits:
            text = f"Link {link.number} does not introduce the key that it names, {link.subject}."
            yield Flaw(mark=Mark.KEY, text=text, **about)
            return
        self.trusted[link.subject] = key
        self.retired.add(link.key)


@dataclass(slots=True, kw_only=True)
class _Witnesses:
    """What organisations' records say of the chains of their repositories: the hash of a link that was there."""

    heard: dict[str, list[tuple[str, str, bool]]] = field(default_factory=dict)
    """By chain: the hash, who says it, and whether an anchor proves that it was said."""
    named: dict[str, set[str]] = field(default_factory=dict)
    """By organisation's chain: the chains that it names."""

    def hear(self, links: Mapping[int, Sealed], payloads: Mapping[str, bytes], proven: int | None) -> None:
        """Take what the links of one chain say of others."""
        for link in links.values():
            if link.kind != "organisation" or (data := payloads.get(link.digest)) is None:
                continue
            for chain, hash in _heads(data):
                says = f"Link {link.number} of the chain {link.chain}"
                self.heard.setdefault(chain, []).append((hash, says, proven is not None and link.number <= proven))
                self.named.setdefault(link.chain, set()).add(chain)

    def judge(self, chain: str, links: Mapping[int, Sealed]) -> tuple[Sequence[Flaw], int | None]:
        """What is missing of a chain, and the number of the last link that is proven so."""
        flaws: list[Flaw] = []
        numbers = {link.hash: link.number for link in links.values()}
        proven: int | None = None
        for hash, says, anchored in self.heard.get(chain, ()):
            if hash not in numbers:
                text = (
                    f"{says} says that there was a link with the hash {hash}, and there is none: it was cut off or rewritten."
                )
                flaws.append(Flaw(mark=Mark.TRUNCATED, chain=chain, text=text))
            elif anchored:
                proven = max(numbers[hash], -1 if proven is None else proven)
        return flaws, proven

    def strangers(self, chains: frozenset[str]) -> Iterator[Flaw]:
        """Which chains are named and not there: whoever exports one chain leaves out the others, and so may a thief."""
        for name, told in sorted(self.named.items()):
            if lacking := sorted(told - chains):
                some = ", ".join(lacking[:_SHOWN]) + (f" and {len(lacking) - _SHOWN:,} more" if lacking[_SHOWN:] else "")
                text = f"The chain {name} names chains that are not here: {some}. Ask for them if you were to see all."
                yield Flaw(mark=Mark.UNCHECKED, chain=name, text=text)


_SHOWN = 5
"""Names of chains in a sentence."""


def _heads(data: bytes) -> Iterator[tuple[str, str]]:
    """Repository and hash, of each that an `OrganisationScan` names; nothing of what is none."""
    try:
        told = json.loads(data)
    except (ValueError, RecursionError):
        return
    listed = told.get("repositories") if isinstance(told, dict) else None
    for one in listed if isinstance(listed, list) else ():
        if (
            isinstance(one, dict)
            and isinstance(one.get("repository"), str)
            and isinstance(one.get("chain"), str)
            and one["chain"]
        ):
            yield one["repository"], one["chain"]


def _several(number: int, several: Sequence[Sealed]) -> Iterator[Flaw]:
    """What it means that one number is there more than once."""
    first = several[0]
    if len({link.hash for link in several}) > 1:
        text = f"There are {len(several)} different links {number}: the chain forks there."
        yield Flaw(mark=Mark.FORK, chain=first.chain, number=number, text=text)
    elif len(several) > 1:
        text = f"Link {number} is there {len(several)} times."
        yield Flaw(mark=Mark.DUPLICATE, chain=first.chain, number=number, text=text)


def _followed(several: Sequence[Sealed], last: Sealed | None, followed: Collection[str]) -> Sealed:
    """Of links with one number, the one with which the chain goes on: it follows the link before, and a link follows it."""
    hash = "" if last is None else last.hash
    return max(several, key=lambda link: (link.previous == hash, link.hash in followed))


def _is_signed(key: Mapping[str, Any], link: Sealed, signed: bytes) -> bool:
    try:
        return jwk.verifies(key, from_base64url(link.signature), signed)
    except ValueError:
        return False


def _strays(links: Sequence[Sealed], payloads: Mapping[str, bytes]) -> Iterator[Flaw]:
    named = {link.digest for link in links}
    for digest in sorted(set(payloads) - named):
        yield Flaw(mark=Mark.STRAY, text=f"No link names the contents {digest}: a link was taken out, or they were put in.")
