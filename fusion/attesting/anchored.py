"""What anchors say of a chain: how far it is proven, whether its tail was cut off, whether its past was written anew."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from fusion.attesting.links import utc
from fusion.attesting.timestamps import stamped
from fusion.attesting.verdict import Flaw, Mark
from fusion.model.compliance import Anchored, Sealed

if TYPE_CHECKING:
    from cryptography.x509 import Certificate


def message(hash: str) -> bytes:
    """What a timestamp authority stamps: the text of the hash, without a line feed."""
    return hash.encode()


def token(anchor: Anchored) -> bytes:
    """The TimeStampResp in DER. Raises ValueError when it is not Base64 as it is written."""
    try:
        data = base64.b64decode(anchor.token, validate=True)
    except binascii.Error:
        data = b""
    if not data or base64.b64encode(data).decode() != anchor.token:
        raise ValueError("its token is not Base64")
    return data


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchors:
    """The anchors that are known, by chain; each with whether the verifier has it from where it is kept."""

    by_chain: Mapping[str, Sequence[tuple[Anchored, bool]]]
    roots: Sequence[Certificate]
    tolerance: timedelta

    @classmethod
    def of(
        cls, came: Sequence[Anchored], kept: Sequence[Anchored], *, roots: Sequence[Certificate], tolerance: timedelta
    ) -> Anchors:
        """Sorted by chain. One that came with the links and is kept elsewhere, too, is the verifier's own."""
        by_chain: dict[str, list[tuple[Anchored, bool]]] = {}
        known = {(one.kind, one.chain, one.number, one.hash) for one in kept if one.kind != "rfc3161"}
        alone = [one for one in came if (one.kind, one.chain, one.number, one.hash) not in known]
        for anchors, own in ((alone, False), (kept, True)):
            for anchor in anchors:
                by_chain.setdefault(anchor.chain, []).append((anchor, own))
        return cls(by_chain=by_chain, roots=roots, tolerance=tolerance)

    def judge(self, chain: str, links: Mapping[int, Sealed], proven: int | None) -> tuple[Sequence[Flaw], int | None]:
        """What they say of a chain, and the number of the last link that is proven; `proven`: by other ways than these."""
        flaws: list[Flaw] = []
        last = max(links)
        for anchor, own in self.by_chain.get(chain, ()):
            found = [*self._anchor(anchor, links.get(anchor.number), last, own=own)]
            flaws += found
            if not found or all(flaw.mark is Mark.CLOCK for flaw in found):
                proven = anchor.number if proven is None else max(proven, anchor.number)
        if proven is None or proven < last:
            after = "No link is anchored" if proven is None else f"The links after {proven} are not anchored"
            text = f"{after} so far as could be checked: what was cut off after link {last} could not be seen."
            flaws.append(Flaw(mark=Mark.UNANCHORED, chain=chain, number=last, text=text))
        return flaws, proven

    def strangers(self, chains: frozenset[str]) -> Iterator[Flaw]:
        """What anchors say of chains that are not there."""
        for chain, anchors in self.by_chain.items():
            if chain in chains:
                continue
            if all(own for _, own in anchors):
                # Somebody was given one chain, and has the anchors of all.
                text = f"There are anchors of the chain {chain}, of which nothing is here."
                yield Flaw(mark=Mark.UNCHECKED, chain=chain, text=text)
            else:
                text = f"The chain {chain} is missing, and an anchor of it is here."
                yield Flaw(mark=Mark.TRUNCATED, chain=chain, text=text)

    def _anchor(self, anchor: Anchored, link: Sealed | None, last: int, *, own: bool) -> Iterator[Flaw]:
        what = f"An anchor ({anchor.kind}, {anchor.where})"
        if anchor.number > last:
            text = f"{what} says that there was a link {anchor.number}; the chain ends at {last}: its tail was cut off."
            yield Flaw(mark=Mark.TRUNCATED, chain=anchor.chain, number=anchor.number, text=text)
        elif link is None or link.hash != anchor.hash:
            text = (
                f"{what} says that link {anchor.number} had the hash {anchor.hash}, and no link has it: the past was rewritten."
            )
            yield Flaw(mark=Mark.ANCHOR, chain=anchor.chain, number=anchor.number, text=text)
        if anchor.kind == "rfc3161":
            yield from self._token(anchor, link, what, own=own)
        elif not own:
            text = f"{what} came with the links: compare it with the one that is kept there (--anchors)."
            yield Flaw(mark=Mark.UNCHECKED, chain=anchor.chain, number=anchor.number, text=text)
        else:
            yield from self._clock(anchor, link, utc(anchor.at), "anchor")

    def _clock(self, anchor: Anchored, link: Sealed | None, at: datetime, what: str) -> Iterator[Flaw]:
        if link is not None and (ahead := utc(link.at) - at) > self.tolerance:
            text = f"Link {link.number} says that it is {ahead} younger than its {what}: clocks differed."
            yield Flaw(mark=Mark.CLOCK, chain=anchor.chain, number=anchor.number, text=text)

    def _token(self, anchor: Anchored, link: Sealed | None, what: str, *, own: bool) -> Iterator[Flaw]:
        if not self.roots:
            if not own:
                text = f"{what} was not checked: give the authority's root certificate (--tsa-root)."
                yield Flaw(mark=Mark.UNCHECKED, chain=anchor.chain, number=anchor.number, text=text)
            return
        try:
            at = stamped(token(anchor), message(anchor.hash), trusted=self.roots)
        except ValueError as error:
            text = f"{what} proves nothing: {error}."
            yield Flaw(mark=Mark.TOKEN, chain=anchor.chain, number=anchor.number, text=text)
            return
        if abs(utc(anchor.at) - at) >= timedelta(seconds=1):
            text = f"{what} says {anchor.at:%Y-%m-%d %H:%M:%S}, and its token {at:%Y-%m-%d %H:%M:%S}."
            yield Flaw(mark=Mark.TOKEN, chain=anchor.chain, number=anchor.number, text=text)
        yield from self._clock(anchor, link, at, "timestamp")
