"""What commands ask about findings: settle one, explain one, and how the pull request stands."""

from __future__ import annotations

from fusion.dispatch.record import Concluded, PullRecord, concluded_key, pull_key
from fusion.errors import PermanentError, UserError
from fusion.events.commands import Command, Verb
from fusion.judging.ledger import Ledger, LedgerEntry, changed, dismiss, entry_named, finder
from fusion.model import CommentMade, Disposition, Finding, Review, State
from fusion.ports import Place
from fusion.progress import Decided
from fusion.publishing import Posted, threads_of
from fusion.publishing.desired import MARKER
from fusion.render.github import BODY
from fusion.render.markdown_finding import bullet, details_of
from fusion.render.markup import code, prose
from fusion.render.phrases import count, short
from fusion.render.secrets import excerpt
from orchestrations.bundle import Bundle
from orchestrations.listening import keep, ledger_key, ledger_of
from orchestrations.publishing import app, marks_of, posted_key
from orchestrations.shelf import Shelf

_LISTED = 20
_TITLE = 200


class Findings:
    """The findings of pull requests, as their ledgers and last reviews have them."""

    def __init__(self, bundle: Bundle, shelf: Shelf) -> None:
        self.bundle = bundle
        self.shelf = shelf

    async def decide(self, place: Place, event: CommentMade, asked: Command) -> None:
        """Dismiss or reopen the finding that a command names. Raises UserError where it names none, Conflict in a race."""
        stored = await self.bundle.store.get(ledger_key(self.bundle, place))
        if stored is None:
            raise UserError("Nothing was reviewed here yet.")
        ledger, state = ledger_of(stored), asked.state or State.OPEN
        if asked.verb is Verb.REOPEN:
            state = State.OPEN
        how = f"`/fusion {asked.verb}`: {asked.because}" if asked.because else f"`/fusion {asked.verb}`"
        at = event.created or self.bundle.clock.now()
        entry = await self._meant(place, event, asked.fingerprint, ledger)
        if entry is None:
            after, _ = dismiss(ledger, asked.fingerprint, state, by=event.actor.login, how=how, at=at)
        else:
            said = Disposition(state=state, by=event.actor.login, how=how, at=at)
            settled = entry.model_copy(update={"disposition": said})
            entries = tuple(settled if other.id == entry.id else other for other in ledger.entries)
            after = ledger.model_copy(update={"entries": entries})
        if after != ledger:
            await keep(self.bundle, stored, after)
            for entry in changed(ledger, after):
                self.bundle.listen(Decided(entry.finding, entry.disposition.state, "command"))

    async def explain(self, place: Place, event: CommentMade, fingerprint: str) -> str:
        """What speaks for a finding: its evidence and how the data gets there. Raises UserError where none is meant."""
        stored = await self.bundle.store.get(ledger_key(self.bundle, place))
        ledger = ledger_of(stored) if stored else Ledger()
        entry = await self._meant(place, event, fingerprint, ledger) or entry_named(ledger, fingerprint)
        finding = await self._last(place, ledger, entry)
        said = "\n\n".join(part for part in (bullet(finding), _fate(entry), details_of(finding)) if part)
        # never cut: a cut fence would swallow what follows
        return said if len(said) <= BODY - MARKER else f"{bullet(finding)}\n\nThe rest is too long for a comment on GitHub."

    async def standing(self, place: Place, event: CommentMade, fingerprint: str) -> tuple[LedgerEntry, Finding, Concluded]:
        """The open finding that is meant, its entry, and the review that has it. Raises UserError where there is none."""
        stored = await self.bundle.store.get(ledger_key(self.bundle, place))
        concluded = await self._concluded(place)
        if stored is None or concluded is None or not concluded.review:
            raise UserError("Nothing was reviewed here yet.")
        ledger = ledger_of(stored)
        entry = await self._meant(place, event, fingerprint, ledger) or entry_named(ledger, fingerprint)
        if not entry.stands:
            raise UserError(f"The finding is settled as {entry.disposition.state.value.replace('_', ' ')} already.")
        return entry, await self._last(place, ledger, entry), concluded

    async def status(self, place: Place) -> str:
        """What is known about the pull request, as Markdown."""
        found = await self.bundle.store.get(pull_key(self.bundle.tenant, place.repository, place.number))
        if found is None:
            return "Fusion has not looked at this pull request yet."
        record = PullRecord.model_validate(found.value)
        concluded = await self._concluded(place)
        stored = await self.bundle.store.get(ledger_key(self.bundle, place))
        entries = [entry for entry in ledger_of(stored).entries if entry.stands] if stored else []
        lines = [f"- Head: {code(short(record.pull.head))}{_stage(record, concluded)}"]
        if record.excluded:
            lines.append(f"- {prose(record.excluded)}")
        if concluded is not None:
            lines.append(f"- Last verdict, on {code(short(concluded.head))}: {prose(concluded.title)} ({concluded.conclusion})")
        lines.append(f"- {count(len(entries), 'finding')} open, {count(record.runs, 'review')} so far")
        lines += [f"  - {_listed(entry)}" for entry in entries[:_LISTED]]
        if len(entries) > _LISTED:
            lines.append(f"  - and {len(entries) - _LISTED} more")
        return "\n".join(lines)

    async def _meant(self, place: Place, event: CommentMade, fingerprint: str, ledger: Ledger) -> LedgerEntry | None:
        """The entry of the thread that a comment is in; None where an id says which. Raises UserError for neither."""
        if fingerprint:
            return None
        scene = await app(self.bundle)[0].read(place)
        known = await self.bundle.store.get(posted_key(self.bundle, place))
        posted = Posted.model_validate(known.value) if known else Posted()
        threads, _ = threads_of(scene, posted, marks_of(self.bundle, place))
        ids = {event.comment, event.in_reply_to} - {0}
        for id, thread in threads.items():
            if event.where == "review" and ids & {said.id for said in thread.comments}:
                return next((entry for entry in ledger.entries if entry.id == id), None) or _unknown()
        raise UserError("Say which finding: give its id, or answer in its thread.")

    async def _last(self, place: Place, ledger: Ledger, entry: LedgerEntry) -> Finding:
        """The finding with its traces and fix, as the last review had it; as the ledger has it where that is gone."""
        concluded = await self._concluded(place)
        if concluded is not None and concluded.review:
            try:
                review = await self.shelf.load(Review, concluded.review)
            except PermanentError:
                return entry.finding
            find = finder(ledger)
            for finding in (*review.findings, *review.fixed):
                if (of := find(finding)) is not None and of.id == entry.id:
                    return finding
        return entry.finding

    async def _concluded(self, place: Place) -> Concluded | None:
        stored = await self.bundle.store.get(concluded_key(self.bundle.tenant, place.repository, place.number))
        return Concluded.model_validate(stored.value) if stored else None


def _listed(entry: LedgerEntry) -> str:
    location = entry.finding.location
    return f"{code(entry.finding.short)} {prose(excerpt(entry.title, _TITLE))}, {code(f'{entry.path}:{location.line}')}"


def _unknown() -> LedgerEntry:
    raise UserError("The finding of this thread is not known any more.")


def _fate(entry: LedgerEntry) -> str:
    said = entry.disposition
    if entry.stands:
        return ""
    by = f" by {code(said.by)}" if said.by else ""
    how = f": {prose(excerpt(said.how, _TITLE))}" if said.how else ""
    return f"It is settled as {said.state.value.replace('_', ' ')}{by}{how}."


def _stage(record: PullRecord, concluded: Concluded | None) -> str:
    if not record.pull.open:
        return ", closed"
    if record.paused:
        return f", paused by {code(record.paused)}"
    if record.run and record.head == record.pull.head:
        done = concluded is not None and concluded.run == record.run
        return ", reviewed" if done else ", under review"
    return ", not reviewed"
