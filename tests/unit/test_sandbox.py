"""The sandbox against real processes: what each level refuses, and how each kind of misbehaviour ends."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from fusion.evidence import launcher as launcher_script
from fusion.evidence.analyzer import Command, Output
from fusion.evidence.launcher import CANNOT_START, LANDLOCK, NAMESPACES, SECCOMP
from fusion.evidence.sandbox import Limits, Sandbox, program_folders
from fusion.model import Outcome

LAUNCHER = Path(launcher_script.__file__)
HOST = Sandbox.detect()
PLAIN = Sandbox()


def only(*levels: str) -> Sandbox:
    """The host's sandbox with these levels alone; the test is skipped where the host does not grant one."""
    for level in levels:
        if level not in HOST.levels:
            pytest.skip(f"this host grants no {level}")
    return Sandbox(levels={level: HOST.levels[level] for level in levels})


async def python(sandbox: Sandbox, root: Path, code: str, *arguments: str, **limits: float) -> Output:
    command = Command(argv=(sys.executable, "-I", "-S", "-c", code, *arguments))
    return await sandbox.run(command, root=root, limits=Limits(**{"seconds": 20.0, **limits}))  # type: ignore[arg-type]


@pytest.mark.parametrize("levels", [(), (NAMESPACES,), (LANDLOCK,), (SECCOMP,), (NAMESPACES, LANDLOCK, SECCOMP)])
async def test_runs_a_command_and_returns_what_it_printed(tmp_path: Path, levels: tuple[str, ...]) -> None:
    done = await python(
        only(*levels), tmp_path, "import os, sys; print(os.getcwd()); print('no', file=sys.stderr); sys.exit(0)"
    )
    assert done.outcome is Outcome.OK
    assert done.stdout.decode().strip() == str(tmp_path)
    assert done.stderr == b"no\n"
    assert done.code == 0


async def test_exit_code_that_means_work_done_is_ok(tmp_path: Path) -> None:
    command = Command(argv=("/bin/sh", "-c", "exit 3"), ok=frozenset({0, 3}))
    assert (await HOST.run(command, root=tmp_path)).outcome is Outcome.OK
    other = await HOST.run(Command(argv=("/bin/sh", "-c", "echo first >&2; echo last words >&2; exit 4")), root=tmp_path)
    assert (other.outcome, other.code, other.reason) == (Outcome.FAILED, 4, "ended with exit code 4: last words")


TCP = "import socket, sys; socket.create_connection(('127.0.0.1', int(sys.argv[1])), 5).sendall(b'out'); print('connected')"
UDP = "import socket, sys; socket.socket(type=socket.SOCK_DGRAM).sendto(b'out', ('127.0.0.1', int(sys.argv[1]))); print('sent')"
UNIX = "import socket, sys; socket.socket(socket.AF_UNIX).connect(sys.argv[1]); print('connected')"


@pytest.mark.parametrize("levels", [(NAMESPACES,), (SECCOMP,), (NAMESPACES, SECCOMP)])
async def test_no_connection_leaves(tmp_path: Path, levels: tuple[str, ...]) -> None:
    sandbox = only(*levels)
    assert sandbox.network_cut
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        tcp.settimeout(0.2)
        udp.settimeout(0.2)
        for code, port in ((TCP, tcp.getsockname()[1]), (UDP, udp.getsockname()[1])):
            done = await python(sandbox, tmp_path, code, str(port))
            assert done.outcome is Outcome.FAILED
            assert done.stdout == b""
        with pytest.raises(TimeoutError):
            tcp.accept()
        with pytest.raises(TimeoutError):
            udp.recv(10)


async def test_the_same_probe_connects_without_isolation(tmp_path: Path) -> None:
    """The control for the test above: the listener and the command do work."""
    assert not PLAIN.network_cut
    with socket.create_server(("127.0.0.1", 0)) as server:
        done = await python(PLAIN, tmp_path, TCP, str(server.getsockname()[1]))
    assert done.stdout == b"connected\n"


async def test_a_socket_file_of_the_host_cannot_be_reached(tmp_path: Path) -> None:
    sandbox = only(SECCOMP)
    path = tmp_path / "engine.sock"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()
        done = await python(sandbox, tmp_path, UNIX, str(path))
        control = await python(PLAIN, tmp_path, UNIX, str(path))
    assert b"PermissionError" in done.stderr
    assert control.stdout == b"connected\n"


async def test_files_outside_are_neither_read_nor_written(tmp_path: Path) -> None:
    sandbox = only(LANDLOCK)
    inside, outside = tmp_path / "in", tmp_path / "out"
    inside.mkdir()
    outside.mkdir()
    (outside / "secret").write_text("s3cret")
    for code in (
        "import sys; print(open(sys.argv[1] + '/secret').read())",
        "import sys; open(sys.argv[1] + '/new', 'w').write('x')",
        "import os, sys; os.remove(sys.argv[1] + '/secret')",
        "import os, sys; print(os.listdir(sys.argv[1]))",
        "import os, sys; os.symlink(sys.argv[1] + '/secret', 'link'); print(open('link').read())",
    ):
        done = await python(sandbox, inside, code, str(outside))
        assert done.outcome is Outcome.FAILED, code
        assert b"PermissionError" in done.stderr
        assert done.stdout == b""
    assert sorted(path.name for path in outside.iterdir()) == ["secret"]


async def test_given_folders_are_read_and_only_the_scratch_is_written(tmp_path: Path) -> None:
    sandbox = only(LANDLOCK)
    root, rules, home = tmp_path / "root", tmp_path / "rules", tmp_path / "home"
    for folder in (root, rules, home):
        folder.mkdir()
    (rules / "own.toml").write_text("rules")
    code = "import sys; print(open(sys.argv[1]).read()); open('here', 'w').write('x'); open(sys.argv[1], 'w').write('changed')"
    command = Command(argv=(sys.executable, "-I", "-S", "-c", code, str(rules / "own.toml")))
    done = await sandbox.run(command, root=root, home=home, readable=[rules])
    assert done.stdout == b"rules\n"
    assert b"PermissionError" in done.stderr
    assert (rules / "own.toml").read_text() == "rules"
    assert (root / "here").exists()


async def test_another_process_environment_stays_closed(tmp_path: Path) -> None:
    sandbox = only(LANDLOCK)
    done = await python(sandbox, tmp_path, "import sys; print(open(f'/proc/{sys.argv[1]}/environ').read())", str(os.getpid()))
    assert done.outcome is Outcome.FAILED
    assert done.stdout == b""


async def test_environment_is_ours_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "ghs_abc")
    home = tmp_path / "home"
    home.mkdir()
    code = "import os; print('\\n'.join(f'{k}={v}' for k, v in os.environ.items()))"
    command = Command(argv=(sys.executable, "-I", "-S", "-c", code), env={"OWN": "yes"})
    done = await HOST.run(command, root=tmp_path, home=home)
    seen = dict(line.split("=", 1) for line in done.stdout.decode().splitlines())
    assert "GITHUB_TOKEN" not in seen
    assert seen["HOME"] == seen["TMPDIR"] == str(home)
    assert seen["PATH"] == "/usr/bin:/bin"
    assert seen["LANG"] == "C.UTF-8"
    assert seen["OWN"] == "yes"


async def test_standard_input_is_empty(tmp_path: Path) -> None:
    assert (await python(HOST, tmp_path, "import sys; print(repr(sys.stdin.read()))")).stdout == b"''\n"


async def test_a_hang_ends_at_its_time(tmp_path: Path) -> None:
    started = time.monotonic()
    done = await python(HOST, tmp_path, "import time; time.sleep(60)", seconds=0.5)
    assert (done.outcome, done.reason) == (Outcome.TIMED_OUT, "stopped after 0.5 s")
    assert time.monotonic() - started < 30


DAEMON = """
import os, sys, time
if not os.fork():
    if sys.argv[2] == "session":
        os.setsid()
    if not os.fork():
        while True:
            with open(sys.argv[1], "a") as stream:
                stream.write("x")
            time.sleep(0.02)
    os._exit(0)
while not os.path.exists(sys.argv[1]) or not os.path.getsize(sys.argv[1]):
    time.sleep(0.01)
time.sleep(float(sys.argv[3]))
"""


@pytest.mark.parametrize("lasts", [0.1, 30.0])
async def test_daemons_die_with_the_command(tmp_path: Path, lasts: float) -> None:
    """A process namespace catches even those that leave the session."""
    pulse = tmp_path / "pulse"
    await python(only(NAMESPACES), tmp_path, DAEMON, str(pulse), "session", str(lasts), seconds=3.0)
    size = pulse.stat().st_size
    await asyncio.sleep(0.2)
    assert size > 0
    assert pulse.stat().st_size == size


async def test_children_in_the_session_die_without_namespaces(tmp_path: Path) -> None:
    """The stray child holds the output pipe open; that must not hold us."""
    pulse = tmp_path / "pulse"
    started = time.monotonic()
    done = await python(PLAIN, tmp_path, DAEMON, str(pulse), "same", "0.2", seconds=120.0)
    size = pulse.stat().st_size
    await asyncio.sleep(0.2)
    assert done.outcome is Outcome.OK
    assert pulse.stat().st_size == size
    assert time.monotonic() - started < 60


@pytest.mark.parametrize(("stream", "name"), [("stdout", "output"), ("stderr", "error output")])
async def test_a_flood_is_cut(tmp_path: Path, stream: str, name: str) -> None:
    code = f"import sys\nwhile True: sys.{stream}.write('x' * 10000)"
    done = await python(HOST, tmp_path, code, stdout=100_000, stderr=100_000)
    assert (done.outcome, done.reason) == (Outcome.CUT, f"wrote more than 100000 bytes of {name} and was stopped")
    assert len(getattr(done, stream)) == 100_000


async def test_output_up_to_the_cap_is_whole(tmp_path: Path) -> None:
    done = await python(HOST, tmp_path, "import sys; sys.stdout.write('x' * 100000)", stdout=100_000)
    assert (done.outcome, len(done.stdout)) == (Outcome.OK, 100_000)


async def test_memory_is_limited(tmp_path: Path) -> None:
    done = await python(HOST, tmp_path, "x = bytearray(400 << 20); print('held')", memory=200 << 20)
    assert done.outcome is Outcome.FAILED
    assert b"MemoryError" in done.stderr


async def test_processor_time_is_limited(tmp_path: Path) -> None:
    done = await python(HOST, tmp_path, "while True: pass", cpu_seconds=1)
    assert done.outcome is Outcome.TIMED_OUT
    assert done.reason in ("used more than 1 s of processor time", "stopped after 20 s")


async def test_file_size_is_limited(tmp_path: Path) -> None:
    code = (
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_DFL)\nwith open('big', 'wb') as f: f.write(b'x' * (2 << 20))"
    )
    done = await python(HOST, tmp_path, code, file_size=1 << 20)
    assert (done.outcome, done.reason) == (Outcome.CUT, "wrote a file of more than 1 MiB")


async def test_crash_names_its_signal(tmp_path: Path) -> None:
    done = await python(HOST, tmp_path, "import os; os.abort()")
    assert (done.outcome, done.reason) == (Outcome.FAILED, "killed by signal SIGABRT")


@pytest.mark.parametrize("sandbox", [PLAIN, HOST])
async def test_a_program_that_is_not_there(tmp_path: Path, sandbox: Sandbox) -> None:
    done = await sandbox.run(Command(argv=(str(tmp_path / "nothing"),)), root=tmp_path)
    assert (done.outcome, done.reason) == (Outcome.FAILED, "cannot be started: No such file or directory")


async def test_more_arguments_than_the_system_takes(tmp_path: Path) -> None:
    done = await HOST.run(Command(argv=("/bin/true", *(["x" * 100_000] * 100))), root=tmp_path)
    assert (done.outcome, done.reason) == (Outcome.FAILED, "cannot be started: Argument list too long")


async def test_a_cancelled_caller_leaves_no_process(tmp_path: Path) -> None:
    pulse = tmp_path / "pulse"
    task = asyncio.create_task(python(HOST, tmp_path, DAEMON, str(pulse), "session", "30"))
    for _ in range(500):
        await asyncio.sleep(0.02)
        if pulse.exists():
            break
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    size = pulse.stat().st_size
    await asyncio.sleep(0.2)
    assert pulse.stat().st_size == size


CLONE = """
import ctypes, os, sys
flags = int(sys.argv[1], 16) | 17  # SIGCHLD
number = {"x86_64": 56, "aarch64": 220}[os.uname().machine]
pid = ctypes.CDLL(None, use_errno=True).syscall(ctypes.c_long(number), ctypes.c_ulong(flags), 0, 0, 0, 0)
if pid == 0:
    os._exit(0)
print(ctypes.get_errno())
"""


@pytest.mark.parametrize(("flags", "error"), [("10000000", errno.EPERM), ("00020000", errno.EPERM), ("0", 0)])
async def test_no_namespace_by_clone(tmp_path: Path, flags: str, error: int) -> None:
    assert (await python(only(SECCOMP), tmp_path, CLONE, flags)).stdout.decode().strip() == str(error)


async def test_threads_and_children_work_under_the_filter(tmp_path: Path) -> None:
    code = "import subprocess, threading; t = threading.Thread(target=print, args=('thread',)); t.start(); t.join()\n"
    done = await python(
        only(NAMESPACES, LANDLOCK, SECCOMP), tmp_path, code + "print(subprocess.check_output(['/bin/echo', 'child']))"
    )
    assert done.stdout == b"thread\nb'child\\n'\n"


NESTED = """
import json, os, subprocess, sys
spec = json.loads(sys.argv[2]) | {"parent": os.getpid()}
done = subprocess.run([sys.executable, "-I", "-S", sys.argv[1]], input=json.dumps(spec).encode(), capture_output=True)
print(done.returncode, done.stdout, done.stderr.decode())
"""


async def test_a_level_that_cannot_be_had_stops_the_run(tmp_path: Path) -> None:
    """Never run with less than the receipt says: within the sandbox no further namespace is granted."""
    spec = {
        **{"argv": ["/bin/echo", "ran"], "env": {}, "cwd": str(tmp_path), "levels": [NAMESPACES], "limits": {}},
        **{"readable": [], "writable": [], "devices": [], "token": "token:"},
    }
    command = Command(argv=(sys.executable, "-I", "-S", "-c", NESTED, str(LAUNCHER), json.dumps(spec)))
    done = await only(SECCOMP).run(command, root=tmp_path)
    assert done.stdout.decode().strip() == f"{CANNOT_START} b'' token:unshare: Operation not permitted"


def test_isolation_says_what_is_in_force_and_what_is_not() -> None:
    full = Sandbox(levels={NAMESPACES: 1, LANDLOCK: 7, SECCOMP: 1})
    assert full.isolation == (
        "user, network, IPC and process namespaces, Landlock (ABI 7), seccomp without sockets, resource limits"
    )
    assert PLAIN.isolation == "resource limits (network not cut off; files not confined)"
    assert only(SECCOMP).isolation == "seccomp without sockets, resource limits (files not confined)"


def test_folders_of_a_script_include_its_interpreter(tmp_path: Path) -> None:
    environment = tmp_path / "env"
    (environment / "bin").mkdir(parents=True)
    (environment / "pyvenv.cfg").write_text("home = /opt/python/bin\n")
    tool = environment / "bin" / "tool"
    tool.write_text("#!/srv/other/bin/python3\n")
    folders = program_folders(tool)
    assert str(environment) in folders
    assert "/opt/python/bin" in folders
    assert "/srv/other/bin" in folders
    assert str(tmp_path) not in folders


def test_a_program_in_a_home_folder_does_not_open_the_home(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    tool = tmp_path / "bin" / "tool"
    tool.write_bytes(b"\x7fELF")
    assert str(tmp_path) not in program_folders(tool)


def test_an_unprivileged_user_gets_the_same_isolation() -> None:
    python3 = shutil.which("python3", path="/usr/bin:/usr/local/bin")
    if os.geteuid() != 0 or python3 is None:
        pytest.skip("needs root, to become nobody, and a Python that everyone may run")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        launcher = Path(folder, "launcher.py")
        shutil.copy(LAUNCHER, launcher)
        launcher.chmod(0o644)
        done = subprocess.run(
            [python3, "-I", "-S", str(launcher), "probe"],
            capture_output=True,
            user=65534,
            group=65534,
            extra_groups=[],
            check=True,
        )
    assert json.loads(done.stdout) == HOST.levels
