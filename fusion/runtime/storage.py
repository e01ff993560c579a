"""Where records, contents and messages lie: the state folder, or what the settings name on Azure."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from fusion.errors import UserError
from fusion.ports import Blobs, Clock, Inference, Mailbox, Recordings, Store
from fusion.settings import Settings

if TYPE_CHECKING:
    from fusion.adapters.sqlite.inference import SqliteJobs, SqliteResults
    from fusion.adapters.sqlite.jobs import Pick


RECORDINGS = "utilisation"
"""The folder of the state folder where `fusion worker` records what its accelerator does."""


def state_folder(settings: Settings) -> Path:
    """`$FUSION_HOME`, made if it is not there, for its owner alone: reviews quote code. Raises UserError: not writable."""
    home = settings.home
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        (home / "runs").mkdir(parents=True, exist_ok=True)
        probe = home / "runs" / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise UserError(
            f"Fusion cannot write to its state folder {home} ({error.strerror}): "
            "make it writable or set FUSION_HOME to another folder."
        ) from None
    return home


def stores(settings: Settings, *, clock: Clock | None = None) -> tuple[Store, Blobs]:
    """The embedded Store and Blobs in the state folder."""
    return stores_in(state_folder(settings), clock=clock)


def stores_in(home: Path, *, clock: Clock | None = None) -> tuple[Store, Blobs]:
    """The embedded Store and Blobs in a folder; nothing is opened or made before they are used."""
    from fusion.adapters.files import FileBlobs
    from fusion.adapters.sqlite.store import SqliteStore

    return SqliteStore(home / "state.db", clock=clock), FileBlobs(home / "blobs")


def open_databases(folder: Path) -> None:
    """Open and migrate the databases of a state folder, those that are there. Raises UserError: damaged, or too new."""
    from fusion.adapters.sqlite import jobs, messages, store
    from fusion.adapters.sqlite.database import Database

    for name, migrations in (
        ("state.db", store.MIGRATIONS),
        ("queue.db", messages.MIGRATIONS),
        ("inference.db", jobs.MIGRATIONS),
    ):
        if (folder / name).exists():
            Database(folder / name, migrations, patience=1.0, fsync=True).open().close()


@asynccontextmanager
async def records(settings: Settings, *, clock: Clock | None = None) -> AsyncIterator[tuple[Store, Blobs]]:
    """Store and Blobs: Cosmos DB and Azure Storage where FUSION_COSMOS and FUSION_BLOBS name them, else the embedded ones."""
    async with AsyncExitStack() as stack:
        store: Store
        blobs: Blobs
        if settings.cosmos:
            from fusion.adapters.azure.cosmos import CosmosStore

            store = await stack.enter_async_context(CosmosStore(settings.cosmos.get_secret_value()))
        else:
            from fusion.adapters.sqlite.store import SqliteStore

            store = stack.enter_context(SqliteStore(state_folder(settings) / "state.db", clock=clock))
        if settings.blobs:
            from fusion.adapters.azure.blobs import AzureBlobs

            blobs = await stack.enter_async_context(AzureBlobs(settings.blobs.get_secret_value()))
        else:
            from fusion.adapters.files import FileBlobs

            blobs = FileBlobs(state_folder(settings) / "blobs")
        yield store, blobs


@asynccontextmanager
async def queue(settings: Settings, *, clock: Clock | None = None) -> AsyncIterator[Mailbox]:
    """The queue, and its dead letters: Service Bus where FUSION_SERVICEBUS names it, else a file in the state folder."""
    if settings.servicebus:
        from fusion.adapters.servicebus.queue import ServiceBusQueue

        async with ServiceBusQueue(settings.servicebus.get_secret_value()) as remote:
            yield remote
        return
    from fusion.adapters.sqlite.queue import SqliteQueue

    with SqliteQueue(state_folder(settings) / "queue.db", clock=clock) as local:
        yield local


@asynccontextmanager
async def inference(settings: Settings, *, clock: Clock | None = None) -> AsyncIterator[Inference]:
    """The inference worker's queue: Service Bus where FUSION_SERVICEBUS names it, else a file in the state folder."""
    if settings.servicebus:
        from fusion.adapters.servicebus.inference import ServiceBusInference

        async with ServiceBusInference(settings.servicebus.get_secret_value()) as remote:
            yield remote
        return
    from fusion.adapters.sqlite.inference import SqliteInference

    with SqliteInference(state_folder(settings) / "inference.db", clock=clock) as local:
        yield local


@asynccontextmanager
async def recordings(settings: Settings) -> AsyncIterator[Recordings]:
    """What workers recorded: in Azure Storage where FUSION_BLOBS names it, else where `fusion worker` writes it."""
    if settings.blobs:
        from fusion.adapters.azure.recordings import AzureRecordings

        async with AzureRecordings(settings.blobs.get_secret_value()) as remote:
            yield remote
        return
    from fusion.adapters.recordings import FileRecordings

    yield FileRecordings(settings.home / RECORDINGS)


@contextmanager
def worker_queue(settings: Settings, pick: Pick) -> Iterator[tuple[SqliteJobs, SqliteResults, Path]]:
    """The worker's side of the embedded queue, and the folder of the blobs. `pick`: which of the waiting jobs is next."""
    from fusion.adapters.sqlite.inference import SqliteInference

    home = state_folder(settings)
    with SqliteInference(home / "inference.db") as local:
        yield local.jobs(pick), local.results(), home / "blobs"
