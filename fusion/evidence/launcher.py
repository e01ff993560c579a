"""Start one command under isolation. Run as a script by the sandbox (`python -I -S launcher.py`), never imported by a tool.

The specification arrives as JSON on standard input, so that it has no length limit and no other process can read it; the
command gets /dev/null instead. What can be taken away is taken away before the command is executed: new user, network, IPC
and process-id namespaces, resource limits, no_new_privs, a Landlock ruleset and a seccomp filter. Each level is optional,
because hosts differ; `probe` reports which ones this host grants. Every level that was asked for and cannot be had is an
error: a command never runs with less than the receipt says.

Sources: unshare(2), user_namespaces(7), pid_namespaces(7), landlock(7), seccomp(2), prctl(2).
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import platform
import resource
import signal
import struct
import sys
from collections.abc import Callable, Iterable
from typing import Any

NAMESPACES = "namespaces"
LANDLOCK = "landlock"
SECCOMP = "seccomp"

CANNOT_START = 125
"""Exit code of the launcher when the command was not executed; the reason follows the specification's token on stderr."""

_CLONE_NEWIPC, _CLONE_NEWUSER, _CLONE_NEWPID, _CLONE_NEWNET = 0x08000000, 0x10000000, 0x20000000, 0x40000000
_CLONE_NEW = 0x7E020000
"""Every flag that asks for a new namespace."""
_CLONE3 = 435
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
"""Offsets in `struct seccomp_data`."""
_PR_SET_PDEATHSIG, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 22, 38
_SECCOMP_MODE_FILTER = 2
_NOBODY = 65534

_LANDLOCK_CREATE_RULESET, _LANDLOCK_ADD_RULE, _LANDLOCK_RESTRICT_SELF = 444, 445, 446
_FS_EXECUTE, _FS_WRITE_FILE, _FS_READ_FILE, _FS_READ_DIR = 1, 2, 4, 8
_FS_REFER, _FS_TRUNCATE, _FS_IOCTL = 1 << 13, 1 << 14, 1 << 15
_FS_ALL_1 = (1 << 13) - 1
_FS_MAKE_CHAR, _FS_MAKE_SOCK, _FS_MAKE_FIFO, _FS_MAKE_BLOCK, _FS_MAKE_SYM = 1 << 6, 1 << 9, 1 << 10, 1 << 11, 1 << 12
_FS_ON_FILES = _FS_EXECUTE | _FS_WRITE_FILE | _FS_READ_FILE | _FS_TRUNCATE | _FS_IOCTL
_FS_READ = _FS_EXECUTE | _FS_READ_FILE | _FS_READ_DIR
_FS_NEVER = _FS_MAKE_CHAR | _FS_MAKE_SOCK | _FS_MAKE_FIFO | _FS_MAKE_BLOCK | _FS_MAKE_SYM | _FS_IOCTL

# Per machine: the audit architecture, the number of clone, and the system calls refused: every socket (also UNIX ones, which
# a network namespace does not cover), io_uring (its own way to sockets), other processes' memory, keys, mounts, namespaces
# and kernel modules.
_REFUSED: dict[str, tuple[int, int, tuple[int, ...]]] = {
    "x86_64": (
        0xC000003E,
        56,
        (41, 101, 155, 165, 166, 175, 176, 246, 248, 249, 250, 272, 298, 304, 308, 310, 311, 313, 320, 321, 323),
    ),
    "aarch64": (
        0xC00000B7,
        220,
        (198, 117, 41, 40, 39, 105, 106, 104, 217, 218, 219, 97, 241, 265, 268, 270, 271, 273, 294, 280, 282),
    ),
}
_REFUSED_EVERYWHERE = (425, 428, 429, 430, 432, 438, 442)
"""io_uring_setup, open_tree, move_mount, fsopen, fsmount, pidfd_getfd, mount_setattr: one number on every machine."""


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")
    return result


def _prctl(option: int, first: int, second: int = 0) -> None:
    arguments = (ctypes.c_ulong(value) for value in (first, second, 0, 0))
    _check(_libc().prctl(ctypes.c_int(option), *arguments), f"prctl {option}")


def _syscall(number: int, *arguments: object) -> int:
    values = [
        argument if isinstance(argument, ctypes.c_void_p) else ctypes.c_long(int(str(argument))) for argument in arguments
    ]
    return _check(int(_libc().syscall(ctypes.c_long(number), *values)), f"system call {number}")


def _write(path: str, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)


def enter_namespaces() -> None:
    """Leave the host's network, IPC objects and (for children) process ids; the user becomes nobody, without capabilities."""
    user, group = os.geteuid(), os.getegid()
    flags = _CLONE_NEWUSER | _CLONE_NEWNET | _CLONE_NEWIPC | _CLONE_NEWPID
    _check(_libc().unshare(ctypes.c_int(flags)), "unshare")
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{_NOBODY} {user} 1")
    _write("/proc/self/gid_map", f"{_NOBODY} {group} 1")


def landlock_abi() -> int:
    """Version of the kernel's Landlock, 0 when it has none."""
    try:
        return _syscall(_LANDLOCK_CREATE_RULESET, ctypes.c_void_p(None), 0, 1)
    except OSError:
        return 0


def restrict_files(readable: Iterable[str], writable: Iterable[str], devices: Iterable[str]) -> None:
    """Allow reading and executing below `readable`, writing too below `writable`, reading and writing `devices`; no TCP."""
    abi = landlock_abi()
    if not abi:
        raise OSError(errno.ENOSYS, "Landlock is not available")
    handled = _FS_ALL_1 | (_FS_REFER if abi >= 2 else 0) | (_FS_TRUNCATE if abi >= 3 else 0) | (_FS_IOCTL if abi >= 5 else 0)
    no_tcp = 3 if abi >= 4 else 0
    scoped = 3 if abi >= 6 else 0
    attributes = struct.pack("=QQQ", handled, no_tcp, scoped)
    buffer = ctypes.create_string_buffer(attributes, len(attributes))
    ruleset = _syscall(_LANDLOCK_CREATE_RULESET, ctypes.cast(buffer, ctypes.c_void_p), len(attributes), 0)
    for paths, access in ((readable, _FS_READ), (writable, handled & ~_FS_NEVER), (devices, _FS_READ_FILE | _FS_WRITE_FILE)):
        for path in paths:
            _allow(ruleset, path, access & handled)
    _syscall(_LANDLOCK_RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)


def _allow(ruleset: int, path: str, access: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # A path that is not there, or that we may not look at, needs no permission.
    try:
        if not os.path.isdir(path):  # noqa: PTH112  (pathlib costs as much start-up time as the rest of this script)
            access &= _FS_ON_FILES
        rule = ctypes.create_string_buffer(struct.pack("=Qi", access, descriptor), 12)
        _syscall(_LANDLOCK_ADD_RULE, ruleset, 1, ctypes.cast(rule, ctypes.c_void_p), 0)
    finally:
        os.close(descriptor)


def refuse_system_calls() -> None:
    """Refuse sockets of every kind, and the calls that reach other processes, keys, mounts or the kernel, with EPERM."""
    architecture, clone, numbers = _REFUSED[platform.machine()]
    refused = numbers + _REFUSED_EVERYWHERE
    load, equal, at_least, any_of, give = 0x20, 0x15, 0x35, 0x45, 0x06
    allow, kill, refuse, unknown = 0x7FFF0000, 0x80000000, 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS
    program = [(load, 0, 0, _ARCHITECTURE), (equal, 1, 0, architecture), (give, 0, 0, kill), (load, 0, 0, _NUMBER)]
    # The x32 interface repeats every call under a number from 0x40000000 on; nothing we run uses it.
    program += [(at_least, 0, 1, 0x40000000), (give, 0, 0, refuse)]
    # No new namespaces by clone either. A filter cannot see the flags of clone3; without it the C library takes clone.
    program += [(equal, 0, 1, _CLONE3), (give, 0, 0, unknown), (equal, 0, 4, clone), (load, 0, 0, _FIRST_ARGUMENT)]
    program += [(any_of, 0, 1, _CLONE_NEW), (give, 0, 0, refuse), (give, 0, 0, allow)]
    program += [(equal, len(refused) - index, 0, number) for index, number in enumerate(refused)]
    program += [(give, 0, 0, allow), (give, 0, 0, refuse)]
    code = b"".join(struct.pack("=HBBI", *instruction) for instruction in program)
    buffer = ctypes.create_string_buffer(code, len(code))
    header = ctypes.create_string_buffer(struct.pack("@HP", len(program), ctypes.addressof(buffer)))
    _prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.addressof(header))


def _limit(limits: dict[str, int]) -> None:
    for name, value in limits.items():
        number = getattr(resource, f"RLIMIT_{name}", None)
        if number is None:
            continue
        _, hard = resource.getrlimit(number)
        ceiling = value if hard == resource.RLIM_INFINITY else min(value, hard)
        # At the soft limit of processor time comes a signal that tells why; at the hard one the same as for any kill.
        last = ceiling + 5 if name == "CPU" and hard in (resource.RLIM_INFINITY, ceiling + 5) else ceiling
        resource.setrlimit(number, (ceiling, last))


def _execute(spec: dict[str, Any]) -> None:
    levels = spec["levels"]
    _limit(spec["limits"])
    if sys.platform == "linux":
        _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    if LANDLOCK in levels:
        restrict_files(spec["readable"], spec["writable"], spec["devices"])
    if SECCOMP in levels:
        refuse_system_calls()
    os.execve(spec["argv"][0], spec["argv"], spec["env"])


def _start(spec: dict[str, Any]) -> None:
    """Execute the command in this process; on failure say why, after the token that only our sandbox knows."""
    try:
        _execute(spec)
    except (OSError, ValueError, KeyError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        os.write(2, f"{spec['token']}{reason}".encode())
    os._exit(CANNOT_START)


def _supervise(spec: dict[str, Any]) -> None:
    """Be the first process of the new namespace: start the command, reap its orphans, pass its status on.

    When this process ends, the kernel kills every process left in the namespace, daemons included.
    """
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    command = os.fork()
    if not command:
        _start(spec)
    while True:
        pid, status = os.wait()
        if pid == command:
            os.write(spec["status"], struct.pack("=i", os.waitstatus_to_exitcode(status)))
            os._exit(0)


def _contain(spec: dict[str, Any]) -> None:
    """Run the command in new namespaces and end as it ended: same exit code, or same signal."""
    try:
        enter_namespaces()
    except OSError as error:
        os.write(2, f"{spec['token']}{error.strerror}".encode())
        os._exit(CANNOT_START)
    reading, spec["status"] = os.pipe()
    first = os.fork()
    if not first:
        os.close(reading)
        _supervise(spec)
    os.close(spec["status"])
    for descriptor in (1, 2):
        os.close(descriptor)
    status = os.read(reading, 4)
    os.waitpid(first, 0)
    code = struct.unpack("=i", status)[0] if len(status) == 4 else -signal.SIGKILL
    if code < 0:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        signal.signal(-code, signal.SIG_DFL) if -code not in (signal.SIGKILL, signal.SIGSTOP) else None
        os.kill(os.getpid(), -code)
        signal.pause()
    os._exit(code)


def _grants(level: Callable[[], None]) -> bool:
    """Whether the level can be entered, tried in a child."""
    child = os.fork()
    if not child:
        try:
            if sys.platform == "linux":
                _prctl(_PR_SET_NO_NEW_PRIVS, 1)
            level()
        except (OSError, KeyError, AttributeError):
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def _namespaces_work() -> None:
    enter_namespaces()
    if _grants(lambda: None) is False:
        raise OSError(errno.EPERM, "no process can be started in a new namespace")


def probe() -> dict[str, int]:
    """Which levels this host grants: name -> 1 (for Landlock: its ABI version), absent when it does not."""
    if sys.platform != "linux":
        return {}
    found = {}
    if _grants(_namespaces_work):
        found[NAMESPACES] = 1
    if _grants(lambda: restrict_files(["/"], [], [])):
        found[LANDLOCK] = landlock_abi()
    if _grants(refuse_system_calls):
        found[SECCOMP] = 1
    return found


def main() -> None:
    """Read the specification from standard input and become the command."""
    if sys.argv[1:] == ["probe"]:
        sys.stdout.write(json.dumps(probe()))
        return
    spec = json.loads(sys.stdin.buffer.read())
    if sys.platform == "linux":
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != spec["parent"]:
            os._exit(CANNOT_START)  # Who started us is already gone: nobody will read the result.
        _write("/proc/self/oom_score_adj", "1000")
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.umask(0o077)
    os.chdir(spec["cwd"])
    if NAMESPACES in spec["levels"]:
        _contain(spec)
    _start(spec)


if __name__ == "__main__":
    main()
