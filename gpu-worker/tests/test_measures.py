"""What the worker measures and records, what it knows of its accelerator, and what it says to a wrong environment."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from gpu_worker import nvml, samples
from gpu_worker.archive import MOST_BYTES, Archive
from gpu_worker.contract import Ending, Result
from gpu_worker.engines.share import Share
from gpu_worker.main import settings_of
from gpu_worker.metrics import Metrics
from gpu_worker.protocols import Happening
from gpu_worker.settings import DEFAULTS, SettingsError, on_this_machine, read

ROOT = Path(__file__).parents[2]


class NvmlError(Exception):
    pass


class FakeNvml:
    """NVML as its Python module shows it; `lacks`: questions that this GPU does not support."""

    NVMLError = NvmlError

    def __init__(self, *lacks: str, broken: bool = False) -> None:
        self._lacks = lacks
        self._broken = broken

    def nvmlInit(self) -> None:  # noqa: N802
        if self._broken:
            raise NvmlError("Driver Not Loaded")

    def nvmlDeviceGetHandleByIndex(self, index: int) -> int:  # noqa: N802
        return index

    def __getattr__(self, name: str) -> Any:
        answers = {
            "nvmlDeviceGetName": b"Tesla T4",
            "nvmlDeviceGetCudaComputeCapability": (7, 5),
            "nvmlDeviceGetUtilizationRates": SimpleNamespace(gpu=37, memory=20),
            "nvmlDeviceGetMemoryInfo": SimpleNamespace(used=4 << 30, total=16 << 30),
            "nvmlDeviceGetPowerUsage": 61_500,
        }

        def answer(_handle: int) -> object:
            if name in self._lacks:
                raise NvmlError("Not Supported")
            return answers[name]

        return answer


def test_a_gpu_tells_what_it_does() -> None:
    gpu = nvml.accelerator(lambda _: FakeNvml())
    assert (gpu.name, gpu.absent, gpu.capability) == ("Tesla T4", "", (7, 5))
    assert gpu.read() == nvml.Reading(utilisation=0.37, memory_used=4 << 30, memory_total=16 << 30, power=61.5)


def test_what_a_gpu_does_not_support_is_not_zero() -> None:
    gpu = nvml.accelerator(lambda _: FakeNvml("nvmlDeviceGetPowerUsage", "nvmlDeviceGetCudaComputeCapability"))
    assert (gpu.read().power, gpu.read().utilisation, gpu.capability) == (None, 0.37, None)


def test_no_gpu_is_said() -> None:
    def missing(name: str) -> Any:
        raise ImportError(name)

    assert "nvidia-ml-py is not installed" in nvml.accelerator(missing).absent
    broken = nvml.accelerator(lambda _: FakeNvml(broken=True))
    assert (broken.name, broken.absent) == ("cpu", "NVML shows no GPU: Driver Not Loaded.")
    assert broken.read() == nvml.Reading()


def result(**changed: Any) -> Result:
    values = {
        "ending": Ending.OK,
        "input_tokens": 100,
        "output_tokens": 20,
        "cached_tokens": 80,
        "first_token_seconds": 0.3,
        "seconds": 4.0,
        "gpu_seconds": 2.0,
    }
    return Result(job="j", **(values | changed))


def metrics(accelerator: nvml.Accelerator) -> Metrics:
    return Metrics(
        share=Share(), capacity=4, accelerator=accelerator, state=lambda: "ready", restarts=lambda: 2, hour=3.6, currency="EUR"
    )


def test_what_prometheus_sees() -> None:
    measured = metrics(nvml.accelerator(lambda _: FakeNvml()))
    measured.listen(Happening(kind="taken", urgency="pull", queued_seconds=3.0, running=2))
    measured.listen(Happening(kind="answered", result=result()))
    measured.listen(Happening(kind="answered", result=result(ending=Ending.TIMED_OUT, first_token_seconds=None)))
    measured.listen(Happening(kind="given_back"))
    found = dict(line.rsplit(" ", 1) for line in measured.text().decode().splitlines() if not line.startswith("#"))
    expected = {
        'fusion_worker_jobs_total{ending="ok",what="answered"}': 1,
        'fusion_worker_jobs_total{ending="timed_out",what="answered"}': 1,
        'fusion_worker_jobs_total{ending="",what="given_back"}': 1,
        'fusion_worker_queue_wait_seconds_sum{urgency="pull"}': 3,
        "fusion_worker_input_tokens_total": 200,
        "fusion_worker_output_tokens_total": 40,
        "fusion_worker_cached_tokens_total": 160,
        "fusion_worker_first_token_seconds_count": 1,
        "fusion_worker_generation_seconds_sum": 8,
        "fusion_worker_job_gpu_seconds_sum": 4,
        "fusion_worker_batch_size_sum": 4,
        'fusion_worker_cost_total{currency="EUR"}': 0.004,
        'fusion_worker_accelerator_info{gpu="yes",name="Tesla T4",why=""}': 1,
        'fusion_worker_state{state="ready"}': 1,
        'fusion_worker_state{state="down"}': 0,
        "fusion_worker_engine_restarts_total": 2,
        "fusion_worker_capacity": 4,
        "fusion_worker_running": 0,
        "fusion_worker_gpu_utilisation_ratio": 0.37,
        "fusion_worker_gpu_memory_used_bytes": 4 << 30,
        "fusion_worker_gpu_power_watts": 61.5,
    }
    assert {name: float(found[name]) for name in expected} == pytest.approx(expected)


def test_every_measure_is_documented() -> None:
    shown = metrics(nvml.accelerator(lambda _: FakeNvml())).text().decode()
    measured = {name for name in re.findall(r"^# TYPE (\S+)", shown, re.MULTILINE) if not name.endswith("_created")}
    documented = set(re.findall(r"^\| `(fusion_worker_\w+)`", (ROOT / "docs" / "worker.md").read_text("utf-8"), re.MULTILINE))
    assert documented == measured


def test_every_setting_is_documented() -> None:
    documented = re.findall(r"^\| `(FUSION_WORKER_\w+)` \|", (ROOT / "docs" / "worker.md").read_text("utf-8"), re.MULTILINE)
    assert documented == list(DEFAULTS)


def test_a_full_file_moves_on_and_the_oldest_goes(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "s.jsonl"
    file = samples.SampleFile(path, most_bytes=100, kept=2)
    for number in range(40):
        file.write({"number": number})
    kept = [path.with_name(name) for name in ("s.jsonl.2", "s.jsonl.1", "s.jsonl")]
    numbers = [json.loads(line)["number"] for each in kept for line in each.read_text("utf-8").splitlines()]
    assert numbers == list(range(numbers[0], 40))
    assert all(each.stat().st_size <= 100 for each in kept)
    assert len(list(path.parent.iterdir())) == 3


def test_a_place_that_takes_nothing_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    file = samples.SampleFile(tmp_path / "file" / "s.jsonl")
    file.write({})
    assert file.lost == 1


async def test_samples_wait_while_the_storage_is_away() -> None:
    kept: dict[str, bytes] = {}
    away = True

    async def put(name: str, data: bytes) -> None:
        if away:
            raise ConnectionError("It is away.")
        kept[name] = data

    archive = Archive(put, worker="pod/../1")
    archive.write({"number": 1})
    await archive.flush()
    archive.write({"number": 2})
    away = False
    await archive.flush()
    await archive.flush()
    assert list(kept.values()) == [b'{"number":1}\n{"number":2}\n']
    assert re.fullmatch(r"\d{8}/\d{2}/\d{10}-pod-..-1\.jsonl", next(iter(kept)))
    for _ in range(3):
        archive.write({"text": "x" * (MOST_BYTES // 2)})
    assert archive.lost == 2


def test_the_environment_is_read(tmp_path: Path) -> None:
    weights = tmp_path / "m.gguf"
    weights.write_bytes(b"GGUF")
    settings = read({"FUSION_WORKER_MODEL": "m", "FUSION_WORKER_WEIGHTS": str(weights), "PATH": "/bin"})
    assert (settings.engine, settings.capacity, settings.port, settings.samples) == ("llama", 4, 9100, None)
    settings = read({"FUSION_WORKER_ENGINE": "vllm", "FUSION_WORKER_MODEL": "m", "FUSION_WORKER_WEIGHTS": str(tmp_path)})
    assert settings.capacity == 16


def test_everything_wrong_is_said_at_once() -> None:
    with pytest.raises(SettingsError) as raised:
        read(
            {
                "FUSION_WORKER_ENGINE": "tgi",
                "FUSION_WORKER_PORT": "http",
                "FUSION_WORKER_CAPACTIY": "4",
                "FUSION_WORKER_SPOT": "1",
            }
        )
    assert str(raised.value).splitlines() == [
        "FUSION_WORKER_CAPACTIY is no setting of the worker.",
        "FUSION_WORKER_ENGINE takes llama, vllm, external, not 'tgi'.",
        "FUSION_WORKER_MODEL is missing: set the name by which jobs ask for the model.",
        "FUSION_WORKER_SPOT takes yes or no, not '1'.",
        "FUSION_WORKER_PORT takes a number from 0 to 65535, not 'http'.",
    ]


def test_a_container_needs_its_queue_and_its_blobs() -> None:
    environment = {
        "FUSION_WORKER_ENGINE": "external",
        "FUSION_WORKER_MODEL": "m",
        "FUSION_WORKER_ADDRESS": "http://127.0.0.1:8000",
    }
    with pytest.raises(SettingsError, match=r"FUSION_WORKER_SERVICEBUS is missing.*\nFUSION_WORKER_BLOBS is missing"):
        settings_of(environment)


@pytest.mark.parametrize(
    ("address", "fine"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://localhost:8000/", True),
        ("http://[::1]:8000", True),
        ("http://127.9.9.9:1", True),
        ("https://127.0.0.1:8000", False),
        ("http://10.0.0.1:8000", False),
        ("http://127.0.0.1.example.com:8000", False),
        ("http://127.0.0.1:8000@example.com:80", False),
        ("http://user@127.0.0.1:8000", False),
        ("http://127.0.0.1", False),
        ("http://127.0.0.1:port", False),
        ("", False),
    ],
)
def test_an_engine_that_is_there_already_is_on_this_machine(address: str, fine: bool) -> None:
    assert on_this_machine(address) == fine


def test_an_interval_is_no_busier_than_it_is_long() -> None:
    line = samples.interval(
        at=datetime.now(UTC),
        worker="w",
        accelerator="cpu",
        state="ready",
        capacity=1,
        seconds=1.0,
        busy_seconds=1.0004,
        running_seconds=1.0004,
        reading=nvml.Reading(),
    )
    assert line["busy_seconds"] <= line["seconds"]
