"""A recording of a run: a folder with `models.json`, what the calls were routed by, and the calls of each change, `ID.jsonl`.

One file a change, so that changes that are reviewed at the same time never take each other's replies.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from fusion.errors import UserError
from fusion.routing.catalogue import ModelsFile

_MODELS = "models.json"


def calls(recording: Path, id: str) -> Path:
    """Where the calls of a change lie."""
    return recording / f"{id}.jsonl"


def begin(recording: Path, file: ModelsFile) -> None:
    """Make the folder. Raises UserError: it cannot be written, or calls routed by another models file are in it."""
    if worker := next((endpoint.name for endpoint in file.endpoints if endpoint.kind == "worker"), ""):
        raise UserError(f"--record writes down calls in the cloud, and {worker} is a worker: leave it out of the models file.")
    if (recording / _MODELS).exists() and routed(recording) != _plain(file):
        raise UserError(f"{recording} is a recording with another models file: name another folder.")
    try:
        recording.mkdir(mode=0o700, parents=True, exist_ok=True)
        (recording / _MODELS).write_text(_plain(file).model_dump_json(indent=1, exclude_defaults=True) + "\n", "utf-8")
    except OSError as error:
        raise UserError(f"The recording {recording} cannot be written ({error.strerror}): name another folder.") from None


def anew(recording: Path, id: str) -> Path:
    """The file for the calls of a change, empty. Raises UserError."""
    file = calls(recording, id)
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.write_bytes(b"")
    except OSError as error:
        raise UserError(f"The recording {file} cannot be written ({error.strerror}): name another folder.") from None
    return file


def routed(recording: Path) -> ModelsFile:
    """What the recorded calls were routed by. Raises UserError: it is no recording."""
    try:
        return ModelsFile.model_validate_json((recording / _MODELS).read_bytes())
    except (OSError, ValidationError):
        raise UserError(f"{recording} is no recording: name a folder that --record wrote.") from None


def _plain(file: ModelsFile) -> ModelsFile:
    """Without what says where a host's endpoints are and how it signs in."""
    endpoints = tuple(endpoint.model_copy(update={"address": "", "key": ""}) for endpoint in file.endpoints)
    used = {endpoint.model for endpoint in endpoints}
    models = {name: card for name, card in file.models.items() if name in used}
    return file.model_copy(update={"endpoints": endpoints, "models": models})
