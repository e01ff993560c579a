"""`fusion evidence`: the ledger's chains: verify one, carry one to somebody else, keep the key that signs."""

from __future__ import annotations

import json
import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fusion.cli import Exit, app, say, work
from fusion.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cryptography.x509 import Certificate

    from fusion.attesting.bundle import Bundle
    from fusion.attesting.verdict import Verdict
    from fusion.model.compliance import Sealed
    from fusion.ports.compliance import Signer
    from fusion.settings import Settings

commands = typer.Typer(
    no_args_is_help=True, help="Signed chains of what was found: verify, export, and the key.", rich_markup_mode=None
)
app.add_typer(commands, name="evidence")

Format = Annotated[str, typer.Option("--format", "-f", help="terminal or json.")]


@commands.command(short_help="Say whether a bundle is what was sealed.")
def verify(
    bundle: Annotated[Path, typer.Argument(metavar="FOLDER_OR_BUNDLE", help="A folder, .tar.gz or .zip of an export.")],
    key: Annotated[list[Path] | None, typer.Option("--key", help="A public key that you trust: JWK or PEM.")] = None,
    tsa_root: Annotated[Path | None, typer.Option("--tsa-root", help="Root certificate of the timestamp authority.")] = None,
    anchors: Annotated[Path | None, typer.Option("--anchors", help="Anchors, from where they are kept.")] = None,
    format: Format = "terminal",
) -> None:
    """Say whether a bundle is what was sealed: from its files and the public key alone, without network or state.

    Exit codes: 0 intact, 1 tampered with (each finding is a line), 2 input.
    """
    from fusion.attesting.bundle import kept_anchors, read
    from fusion.attesting.verify import verify as judge

    _known(format)
    held = read(bundle)
    verdict = judge(
        held.links,
        held.payloads,
        [_public(path) for path in key] if key else _asked(held),
        held.anchors,
        kept=kept_anchors(anchors) if anchors else (),
        roots=_roots(tsa_root) if tsa_root else (),
    )
    verdict = verdict.model_copy(update={"flaws": (*held.flaws, *verdict.flaws)})
    if format == "json":
        typer.echo(json.dumps({"intact": verdict.intact, **verdict.model_dump(mode="json")}, indent=2))
    else:
        _tell(verdict)
    if not verdict.intact:
        raise typer.Exit(Exit.FINDINGS)


@commands.command(short_help="Write chains with all that verifies them.")
def export(
    output: Annotated[Path, typer.Option("--output", "-o", help="A new folder, .tar.gz or .zip.")],
    chain: Annotated[list[str] | None, typer.Option("--chain", help="OWNER/NAME or organisation:ACCOUNT; else all.")] = None,
) -> None:
    """Write chains with everything that verifies them: links, contents, anchors, public keys, and how to use openssl."""
    from fusion.render.phrases import count

    async def write() -> None:
        from fusion import runtime
        from fusion.attesting.export import export as exported

        settings = _settings()
        async with runtime.records(settings) as (store, blobs):
            done = await exported(store, blobs, settings.tenant, output, only=chain or ())
        for sentence in done.missing:
            say(f"fusion: {sentence}")
        typer.echo(
            f"{output}: {count(done.links, 'link')} of {count(len(done.chains), 'chain')}, {count(done.anchors, 'anchor')}."
        )
        # A person reads this; a program reads the line above, and the bundle.
        say("Whoever verifies it needs your public key, by another way: fusion evidence key --public > key.pem")
        say(f"and calls, without network or state: fusion evidence verify {shlex.quote(str(output))} --key key.pem")
        if done.anchors:
            say("--anchors FOLDER compares anchors fetched from where they are kept; --tsa-root ROOT.pem checks timestamps.")

    work(write())


@commands.command("list")
def list_chains(format: Format = "terminal") -> None:
    """List the chains of this installation: how many links, when the last came, how far each is anchored."""
    _known(format)
    rows, cautions = work(_chains())
    if format == "json":
        typer.echo(json.dumps({"schema_version": 1, "chains": rows, "cautions": cautions}, indent=2))
        return
    from rich.table import Table
    from rich.text import Text

    from fusion.cli.show import Terminal
    from fusion.render.text import exact

    table = Table(box=None, pad_edge=False)
    table.add_column("chain", overflow="fold")
    table.add_column("links", justify="right")
    table.add_column("last", no_wrap=True)
    table.add_column("hash", no_wrap=True)
    table.add_column("anchored", overflow="fold")
    for row in rows:
        short = row["hash"].removeprefix("sha256:")[:12]
        table.add_row(Text(exact(row["chain"])), f"{row['links']:,}", row["at"][:16].replace("T", " "), short, _reach(row))
    Terminal(highlight=False).print(table if rows else "Nothing was sealed yet.")
    for sentence in cautions:
        say(f"fusion: {sentence}")


@commands.command(short_help="Show the key that signs, make one, introduce the next.")
def key(
    new: Annotated[bool, typer.Option("--new", help="Make one, in the file that is configured.")] = False,
    public: Annotated[bool, typer.Option("--public", help="Print the public key as PEM.")] = False,
    jwk: Annotated[bool, typer.Option("--jwk", help="Print the public key as a JWK.")] = False,
    following: Annotated[
        Path | None, typer.Option("--next", help="A public key: from now on it signs, in every chain.")
    ] = None,
    lost: Annotated[bool, typer.Option("--lost", help="The old key is gone: say so in every chain.")] = False,
) -> None:
    """Show the key that signs evidence, make a new one, or introduce the one that follows it."""
    if sum((new, public, jwk, following is not None, lost)) > 1:
        raise UserError("Choose one of --new, --public, --jwk, --next and --lost.")
    work(_key(new=new, form="pem" if public else "jwk" if jwk else "", following=following, lost=lost))


async def _key(*, new: bool, form: str, following: Path | None, lost: bool) -> None:
    from fusion.attesting.canonical import canonical
    from fusion.attesting.jwk import thumbprint, to_pem
    from fusion.runtime.attesting import key_file, new_key, signer

    settings = _settings()
    if new:
        path, made = await new_key(settings)
        typer.echo(f"{path}: a new key, {thumbprint(await made.public())}.")
        typer.echo("Keep a copy where this machine is not; give others `fusion evidence key --public`.")
        return
    async with signer(settings, make=False) as key:
        known = await key.public()
        if following is not None:
            await _introduce(settings, key, _public(following), lost=False)
        elif lost:
            await _introduce(settings, key, known, lost=True)
        elif form == "pem":
            typer.echo(to_pem(known).decode(), nl=False)
        elif form == "jwk":
            typer.echo(canonical(known).decode())
        else:
            typer.echo(f"key   {thumbprint(known)}")
            typer.echo(f"kept  {key_file(settings) or settings.evidence_key}")


async def _introduce(settings: Settings, signer: Signer, following: Mapping[str, Any], *, lost: bool) -> None:
    """Say in every chain which key signs from now on."""
    from fusion import runtime
    from fusion.attesting.jwk import thumbprint
    from fusion.attesting.seal import chains, introduce
    from fusion.render.phrases import count

    done = 0
    async with runtime.records(settings) as (store, blobs):
        for chain in await chains(store, settings.tenant):
            link = await introduce(store, blobs, signer, runtime.SystemClock(), settings.tenant, chain, following, lost=lost)
            done += link is not None
    typer.echo(f"{thumbprint(following)} signs from now on in {count(done, 'chain')}.")
    if not lost:
        typer.echo("Now set FUSION_EVIDENCE_KEY to it: the old key signs no more.")


async def _chains() -> tuple[list[dict[str, Any]], Sequence[str]]:
    """A row for each chain, and what keeps the anchors from proving all that they could."""
    from fusion import runtime
    from fusion.attesting.anchoring import anchors_of, cautions
    from fusion.attesting.owed import counted
    from fusion.attesting.seal import chains
    from fusion.render.phrases import count
    from fusion.runtime.attesting import anchors

    settings = _settings()
    if not settings.cosmos and not (settings.home / "state.db").exists():
        return [], ()
    rows = []
    async with runtime.records(settings) as (store, _):
        for name, head in (await chains(store, settings.tenant)).items():
            rows.append(_row(name, head, [one.number for one in await anchors_of(store, settings.tenant, name)]))
        waiting = await counted(store, settings.tenant)
    told = [f"{count(waiting, 'review')} recorded and not sealed yet: the next seal makes up for it."] if waiting else []
    async with anchors(settings) as places:
        return rows, [*told, *(await cautions(places) if rows else ())]


def _row(name: str, head: Sealed, anchored: Sequence[int]) -> dict[str, Any]:
    return {
        "chain": name,
        "links": head.number + 1,
        "at": head.at.isoformat(),
        "hash": head.hash,
        "key": head.key,
        "anchored": max(anchored, default=None),
    }


def _reach(row: Mapping[str, Any]) -> str:
    """How far a chain is anchored."""
    if row["anchored"] is None:
        return "not anchored"
    left = row["links"] - 1 - row["anchored"]
    return f"to link {row['anchored']}, {left} not" if left else "to the last"


def _tell(verdict: Verdict) -> None:
    """One line for each flaw, fatal ones first; then each chain."""
    from fusion.render.phrases import count
    from fusion.render.text import one_line

    for flaw in sorted(verdict.flaws, key=lambda flaw: not flaw.is_fatal):
        place = f"{flaw.chain}: " if flaw.chain else ""
        typer.echo(one_line(f"{'TAMPERED' if flaw.is_fatal else 'note'} [{flaw.mark.value}] {place}{flaw.text}"))
    for chain in verdict.chains:
        end = f"{chain.name}: {count(chain.links, 'link')}, the last of {chain.at:%Y-%m-%d %H:%M} with {chain.hash}"
        typer.echo(one_line(end))
    fatal = sum(flaw.is_fatal for flaw in verdict.flaws)
    typer.echo(f"Tampered with: {count(fatal, 'finding')}." if fatal else f"Intact: {count(verdict.links, 'link')}.")


def _public(path: Path) -> dict[str, str]:
    from fusion.attesting.jwk import read

    return read(_bytes(path), origin=str(path))


def _asked(held: Bundle) -> Sequence[Mapping[str, str]]:
    """Nobody is trusted by default."""
    ids = " or ".join(sorted(held.keys)) or "none"
    raise UserError(
        f"Say which public key you trust: --key FILE. The bundle names {ids}: ask those who run the installation whether it is"
        " theirs."
    )


def _roots(path: Path) -> Sequence[Certificate]:
    from fusion.attesting.timestamps import roots

    return roots(_bytes(path), origin=str(path))


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from None


def _settings() -> Settings:
    from fusion import settings

    return settings.read(os.environ)


def _known(format: str) -> None:
    if format not in ("terminal", "json"):
        raise UserError(f"There is no format {format!r} for evidence; there are: terminal, json.")


@commands.command(short_help="Run analyzers for other hosts, away from their identities.")
def serve(
    host: Annotated[str, typer.Option("--host", help="Address to listen on. Default: this machine alone.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", "-p", min=0, max=65535, help="Port; 0 takes a free one.")] = 8090,
    at_once: Annotated[int, typer.Option("--at-once", min=0, help="Questions at the same time; 0: one more than cores.")] = 0,
    in_sandbox_pool: Annotated[
        bool, typer.Option("--in-sandbox-pool", help="A pool of sessions stands before it and asks who calls.")
    ] = False,
) -> None:
    """Look at files with the analyzers of this machine for whoever shows FUSION_EVIDENCE_TOKEN, until SIGTERM or Ctrl-C.

    docs/evidence-service.md says what is asked and answered. It keeps nothing, and starts nothing but analyzers.
    """
    from fusion import settings
    from fusion.evidence.service import process

    token = settings.read(os.environ).evidence_token
    process.serve(
        host=host,
        port=port,
        token=token.get_secret_value() if token else "",
        in_sandbox_pool=in_sandbox_pool,
        at_once=at_once or process.slots(),
        opened=lambda place: say(f"fusion: Evidence is given at {place}; Ctrl-C ends it."),
    )
