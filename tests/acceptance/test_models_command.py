"""`fusion models` and what `fusion doctor` says of models, as a user types them; the example file is the input."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import typer

from fusion.adapters.sqlite.store import SqliteStore
from fusion.budget.accounts import Account, Caps
from fusion.budget.book import Book
from fusion.model import Call, Ending, Usage, Work
from fusion.routing import catalogue
from fusion.routing.readiness import RETIRED, outlook, readiness
from fusion.runtime import SystemClock
from fusion.settings import Settings
from tests.fakes.commandline import Workplace, one_sentence

TODAY = date(2026, 11, 23)
EXAMPLE = Path(__file__).parents[2] / "examples" / "models.toml"


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    return Workplace(tmp_path / "house", tmp_path / "state").init()


def test_the_example_is_right_and_routes_as_its_comments_say() -> None:
    file = catalogue.read(EXAMPLE)
    order = {work: [one.endpoint.name for one in told if not one.refusal] for work, told in outlook(file).items()}
    assert order[Work.REVIEW] == ["foundry-sweden", "foundry-france"]
    assert order[Work.SUMMARISE][:2] == ["worker", "foundry-mini"]
    assert order[Work.VERIFY] == order[Work.TRIAGE] == order[Work.REVIEW]
    told = {one.endpoint.name: one for one in readiness(file, {"FOUNDRY_FRANCE_KEY": "k"}, kernel=True, today=TODAY)}
    assert all(one.ready for one in told.values())
    assert "Entra ID signs in" in told["foundry-sweden"].detail
    without = {one.endpoint.name: one for one in readiness(file, {}, kernel=False, today=TODAY + timedelta(days=365))}
    assert without["foundry-france"].detail.startswith(
        "FOUNDRY_FRANCE_KEY is not set; the packages for models are not installed"
    )
    assert '.venv/bin/pip install -c constraints.txt -e ".[models]"' in without["foundry-france"].detail
    assert without["foundry-mini"].detail.endswith("its price was read on 2026-11-22: see whether it still holds")
    assert [name for name, one in without.items() if one.ready] == ["worker"]


def test_the_list_says_who_is_asked_first_and_why(place: Workplace) -> None:
    done = place.fusion("models", "list", "--format", "json", FUSION_MODELS=str(EXAMPLE), FOUNDRY_FRANCE_KEY="hunter2")
    assert (done.returncode, done.stderr) == (0, "")
    assert "hunter2" not in done.stdout
    listed = json.loads(done.stdout)
    assert listed["works"]["review"]["first"] == "foundry-sweden"
    assert "no figure on record" in listed["works"]["review"]["not_asked"]["worker"]
    by_name = {endpoint["name"]: endpoint for endpoint in listed["endpoints"]}
    assert by_name["foundry-sweden"]["card"]["price"]["date"] == "2026-11-22"
    assert by_name["foundry-sweden"]["card"]["figures"]["review"]["published"] is True
    shown = place.fusion("models", "list", FUSION_MODELS=str(EXAMPLE), COLUMNS="80").stdout
    assert max(map(len, shown.splitlines())) <= 80
    flat = " ".join(shown.split())
    assert "USD 2.2 in, 8.8 out, 0.55 cached per million tokens (2026-11-22)" in flat
    assert "USD 0.0006 a second (2026-11-22)" in flat
    assert "roles summarise, document" in flat
    assert "place local: a GPU node in our own subscription" in flat
    assert "review is hard work, and gpt-4.1 is a large model; then foundry-france" in flat
    assert f"At most {catalogue.read(EXAMPLE).caps.run:g} USD for a review" in flat


def test_a_host_without_models_says_so(place: Workplace) -> None:
    done = place.fusion("models", "list")
    assert done.returncode == 0
    assert done.stdout.startswith("No model is asked: FUSION_MODELS names no file")
    assert one_sentence(place.fusion("models", "check")) == "fusion: Which models file? Name one, or set FUSION_MODELS."


def test_a_mistake_is_one_sentence_and_exit_code_2(place: Workplace) -> None:
    done = place.fusion("models", "check", "--offline", str(EXAMPLE))
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines() == [
        f"{EXAMPLE} is right: 4 endpoints.",
        "foundry-sweden: ready, deployment gpt-4-1, Entra ID",
        "foundry-france: not ready, deployment gpt-4-1, key in FOUNDRY_FRANCE_KEY",
        "  FOUNDRY_FRANCE_KEY is not set",
        "foundry-mini: ready, deployment gpt-4-1-mini, Entra ID",
        "worker: ready, deployment qwen2.5-coder-7b-instruct, by its queue",
    ]
    assert place.fusion("models", "check", "--offline", str(EXAMPLE), FOUNDRY_FRANCE_KEY="k").returncode == 0
    wrong = place.folder.parent / "models.toml"
    wrong.write_text('[endpoints.a]\nkind = "inferense"\n')
    done = place.fusion("models", "check", str(wrong))
    assert done.returncode == 2
    assert one_sentence(done) == (
        f"fusion: {wrong}, line 2: `endpoints.a.kind`: `inferense` is not known here; did you mean `inference`?"
    )


def test_a_file_in_the_repository_is_not_believed(place: Workplace) -> None:
    place.write("models.toml", EXAMPLE.read_bytes())
    done = place.fusion("models", "check", "models.toml")
    assert done.returncode == 2
    assert "You named models.toml, which lies in the repository that is reviewed" in one_sentence(done)


def test_endpoints_are_asked_whether_they_answer(place: Workplace) -> None:
    file = place.folder.parent / "models.toml"
    fails = {"right": 200, "sour": 401, "ill": 503, "moved": 302, "terse": 404}
    with answering(fails) as url, closed_port() as gone:
        addresses = {name: f"{url}/{name}/v1" for name in fails} | {"gone": f"http://127.0.0.1:{gone}/v1"}
        text = '[endpoints.{}]\nkind = "openai"\nmodel = "gpt-4.1"\nkey = "A_KEY"\naddress = "{}"\n'
        file.write_text("".join(text.format(name, address) for name, address in addresses.items()))
        done = place.fusion("models", "check", str(file), A_KEY="hunter2")
    assert done.returncode == 1
    assert "hunter2" not in done.stdout + done.stderr
    assert done.stdout.splitlines()[1:] == [
        "right: answers, deployment gpt-4.1, key in A_KEY",
        "sour: not ready, deployment gpt-4.1, key in A_KEY",
        "  it refuses the key (401)",
        "ill: not ready, deployment gpt-4.1, key in A_KEY",
        "  it answers with an error (503)",
        "moved: not ready, deployment gpt-4.1, key in A_KEY",
        "  it leads elsewhere (302), and nobody follows",
        "terse: answers, deployment gpt-4.1, key in A_KEY",
        "gone: not ready, deployment gpt-4.1, key in A_KEY",
        "  it cannot be reached",
    ]


def test_h_is_help_everywhere_and_a_slip_is_told(place: Workplace) -> None:
    from fusion.cli import registered

    def named(commands: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
        yield path
        for name, command in getattr(commands, "commands", {}).items():
            yield from named(command, (*path, name))

    for path in named(typer.main.get_command(registered())):
        done = place.fusion(*path, "-h")
        assert (done.returncode, done.stderr) == (0, ""), path
        assert " ".join(("fusion", *path)) in done.stdout.splitlines()[0], path
    assert "Did you mean 'review'?" in place.fusion("reviw").stderr
    assert "Did you mean 'list'?" in place.fusion("models", "lsit").stderr


@contextmanager
def answering(statuses: dict[str, int]) -> Iterator[str]:
    """A server that answers a path's first part with a status, where the key is shown as it should be."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            _, name, *rest = self.path.split("/")
            right = rest == ["v1", "models"] and self.headers["Authorization"] == "Bearer hunter2"
            self.send_response(statuses[name] if right else 500)
            self.send_header("Location", "http://127.0.0.1:9/")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@contextmanager
def closed_port() -> Iterator[int]:
    """A port that nobody listens at: it is taken, and not open."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def test_doctor_names_the_file_each_endpoint_and_what_is_retired(place: Workplace) -> None:
    file = place.folder.parent / "models.toml"
    address = "https://a.services.ai.azure.com/models"
    file.write_text(f'[endpoints.old]\nkind = "inference"\naddress = "{address}"\nmodel = "gpt-4.1"\nkey = "OLD_KEY"\n')
    done = place.fusion("doctor", "--format", "json", FUSION_MODELS=str(file))
    assert done.returncode == 0, done.stderr
    told = {(row["kind"], row["name"]): (row["ready"], row["detail"]) for row in json.loads(done.stdout)["parts"]}
    assert told["models", "file"] == (True, str(file))
    ready, detail = told["endpoint", "old"]
    assert not ready
    assert "OLD_KEY is not set" in detail
    assert RETIRED in detail
    assert told["agent", "security"] == (True, "deterministic half; no model is configured")


async def test_who_overbills_is_named_where_people_look_and_trusted_again(place: Workplace) -> None:
    file = place.folder.parent / "models.toml"
    file.write_text('[endpoints.dear]\nkind = "openai"\naddress = "https://a.invalid/v1/"\nmodel = "gpt-4.1"\nkey = "K"\n')
    place.home.mkdir(exist_ok=True)
    call = Call(agent="security", work=Work.REVIEW, endpoint="dear", model="gpt-4.1", ending=Ending.OK)
    with SqliteStore(place.home / "state.db") as store:
        book = Book(store, Settings().tenant, SystemClock())
        account = Account(repository="/src", run="r")
        for id in ("bill", "silent", "away", "under way"):
            await book.reserve(f"r/{id}", account, 1.0, Caps())
            await book.begin(f"r/{id}", call)
        await book.settle("r/bill", call.model_copy(update={"usage": Usage(input_tokens=9, output_tokens=9, cost=3.5)}))
        await book.settle("r/silent", call.model_copy(update={"ending": Ending.TIMED_OUT}))
        await book.settle("r/away", call.model_copy(update={"ending": Ending.UNAVAILABLE, "sent": False}))
        # Begun once more: of the first nobody saw the end.
        await book.begin("r/under way", call)
    models = {"FUSION_MODELS": str(file), "K": "k", "COLUMNS": "200"}
    told = place.fusion("cost", **models).stdout
    assert "3 calls, 5.50 USD" in told
    assert "of which assumed 1.00 USD, for 1 call nobody saw the end of" in told
    assert "of which assumed 1.00 USD, for 1 call whose endpoint did not say the cost" in told
    assert "1.00 USD held at present by 1 run under way" in told
    assert "1 attempt reached nobody" in told
    for where in (("cost",), ("doctor",), ("models", "list")):
        assert "fusion cost --trust dear" in " ".join(place.fusion(*where, **models).stdout.split()), where
    done = place.fusion("cost", "--trust", "deer", **models)
    assert (done.returncode, one_sentence(done)) == (2, "fusion: There is no endpoint 'deer'; there are: dear.")
    assert "dear may be called again." in place.fusion("cost", "--trust", "dear", **models).stderr
    for where in (("cost",), ("doctor",), ("models", "list")):
        assert "--trust dear" not in place.fusion(*where, **models).stdout, where
