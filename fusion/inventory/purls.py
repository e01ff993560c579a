"""Package URLs (ECMA-427) for what readers found, and back to the names that databases use."""

from __future__ import annotations

import re

from packageurl import PackageURL

from fusion.inventory.documents import without_credentials
from fusion.inventory.entries import Entry
from fusion.reading.dependencies import python_name

_DOCKER_HUB = re.compile(r"^(?:(?:registry-1\.|index\.)?docker\.io/)")


def purl(entry: Entry) -> str:
    """The package URL of an entry, with its version where one is known; empty where its name is none that can be written."""
    namespace, name, subpath, qualifiers = None, entry.name, None, dict[str, str]()
    match entry.type:
        case "npm" if name.startswith("@") and "/" in name:
            namespace, _, name = name.partition("/")
        case "golang" | "composer":
            namespace, _, name = name.rpartition("/")
        case "maven":
            namespace, _, name = name.partition(":")
        case "pypi":
            name = python_name(name)
        case "github":
            parts = name.split("/", 2)
            namespace, name = (parts[0], parts[1]) if len(parts) > 1 else (None, parts[0])
            subpath = parts[2] if len(parts) > 2 else None
        case "docker":
            name = _DOCKER_HUB.sub("", name)
            host, slash, rest = name.partition("/")
            if slash and ("." in host or ":" in host or host == "localhost"):
                qualifiers["repository_url"], name = host, rest
            namespace, _, name = name.rpartition("/")
            namespace = None if namespace == "library" else namespace
        case _:
            pass
    if entry.address and entry.source in ("git", "url"):
        qualifiers["vcs_url" if entry.source == "git" else "download_url"] = without_credentials(entry.address)
    try:
        return PackageURL(entry.type, namespace or None, name, entry.version or None, qualifiers or None, subpath).to_string()
    except ValueError:
        return ""


def parsed(text: str) -> tuple[str, str, str] | None:
    """Type, whole name (as databases of advisories write it, in one case where the ecosystem knows but one) and version of a
    package URL; None where it is none."""
    try:
        found = PackageURL.from_string(text)
    except ValueError:
        return None
    between = ":" if found.type == "maven" else "/"
    whole = f"{found.namespace}{between}{found.name}" if found.namespace else found.name
    if found.type == "github" and found.subpath:
        whole = f"{whole}/{found.subpath}"
    return found.type, key(found.type, whole), found.version or ""


def key(type: str, name: str) -> str:
    """A name in the form in which two of them are compared."""
    if type == "pypi":
        return python_name(name)
    return name.lower() if type in ("golang", "nuget", "composer", "github", "hex") else name
