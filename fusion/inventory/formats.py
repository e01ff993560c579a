"""Which files say what is built from what: the formats that are read, and those that are known and are not."""

from __future__ import annotations

import re
from collections.abc import Mapping

from fusion.inventory import (
    actions,
    cargo,
    containers,
    golang,
    indexes,
    jvm,
    npm,
    npm_locks,
    npm_registries,
    nuget,
    others,
    python,
    python_locks,
    ruby,
    setup_cfg,
    setup_py,
)
from fusion.inventory.entries import Format, Named

FORMATS: tuple[Format, ...] = (
    *python_locks.FORMATS,
    *python.FORMATS,
    *setup_cfg.FORMATS,
    *setup_py.FORMATS,
    *indexes.FORMATS,
    *npm.FORMATS,
    *npm_locks.FORMATS,
    *npm_registries.FORMATS,
    *golang.FORMATS,
    *jvm.FORMATS,
    *cargo.FORMATS,
    *nuget.FORMATS,
    *ruby.FORMATS,
    *containers.FORMATS,
    *actions.FORMATS,
    *others.FORMATS,
)
WITHOUT_READER: Mapping[str, str] = {
    "environment.yml": "conda environments",
    "environment.yaml": "conda environments",
    "conda-lock.yml": "conda lock files",
    "pixi.lock": "pixi.lock",
    "bun.lock": "bun.lock",
    "bun.lockb": "bun.lockb",
    "deno.lock": "deno.lock",
    "bower.json": "bower.json",
    "libs.versions.toml": "version catalogs of Gradle; gradle.lockfile can be read",
    "build.sbt": "build.sbt",
    "ivy.xml": "ivy.xml",
    "paket.lock": "paket.lock",
    "Podfile": "Podfile",
    "Podfile.lock": "Podfile.lock",
    "Cartfile.resolved": "Cartfile.resolved",
    "Package.swift": "Package.swift, which is a program",
    "Package.resolved": "Package.resolved",
    "pubspec.yaml": "pubspec.yaml",
    "pubspec.lock": "pubspec.lock",
    "mix.exs": "mix.exs, which is a program; mix.lock can be read",
    "rebar.lock": "rebar.lock",
    "conanfile.txt": "conanfile.txt",
    "conanfile.py": "conanfile.py, which is a program",
    "conan.lock": "conan.lock",
    "vcpkg.json": "vcpkg.json",
    "MODULE.bazel": "MODULE.bazel",
    "flake.lock": "flake.lock",
    ".terraform.lock.hcl": ".terraform.lock.hcl",
    "Chart.yaml": "charts of Helm",
    "Chart.lock": "charts of Helm",
    "renv.lock": "renv.lock",
    "Manifest.toml": "Manifest.toml of Julia",
    "stack.yaml.lock": "stack.yaml.lock",
    "cpanfile": "cpanfile",
}
"""File name -> the format as it is called in `no reader for ...`."""
_BY_NAME = {name: one for one in FORMATS if isinstance(one.matches, Named) for name in one.matches.names}
_BY_FORM = tuple(one for one in FORMATS if not isinstance(one.matches, Named))
_VENDORED = re.compile(r"(?:^|/)(?:node_modules|bower_components|site-packages|\.venv|\.tox|vendor/(?:bundle|cache))/")
_LIKELY = re.compile(
    r"(?:\.(?:txt|in|toml|lock|lockfile|locked|json|ya?ml|mod|sum|xml|gradle|kts|[cfv][sb]proj|props|config|gemspec)"
    r"|(?:file|Dockerfile|Containerfile)[^/]*|gems\.rb|setup\.(?:py|cfg)|pip\.(?:conf|ini)|\.(?:npm|yarn)rc)$",
    re.I,
)
"""What the name of any of the formats is like: most files of a tree are told apart by this alone."""


def format_of(path: str) -> Format | None:
    """The format that a path has by its name; None: none that is read, or a package's own file in a folder of packages."""
    if not _LIKELY.search(path) or _VENDORED.search(path):
        return None
    return _BY_NAME.get(path.rpartition("/")[2]) or next((one for one in _BY_FORM if one.matches(path)), None)


def tells_sources_alone(path: str) -> bool:
    """Whether that file says where packages come from, and names none."""
    found = format_of(path)
    return found is not None and found.entries is None and found.lock is None


def without_reader(path: str) -> str:
    """What there is no reader for, when the path is of a known format; else empty."""
    return "" if _VENDORED.search(path) else WITHOUT_READER.get(path.rpartition("/")[2], "")
