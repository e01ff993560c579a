"""A scan's inventory as a bill of materials in SPDX 2.3 (ISO/IEC 5962 in its later form), JSON.

Each package has its purl as an external reference; files were not analysed, and whoever scans concludes nothing about licences:
what lock files say is the declared one. The same scan gives the same bytes. Reference: https://spdx.github.io/spdx-spec/v2.3/.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC
from typing import Any

from fusion import __version__
from fusion.model.compliance import Scan
from fusion.render.json import encode
from fusion.render.scan.bill import Item, identity, items, relations, wholeness
from fusion.render.text import clip, exact

_ALGORITHMS = {"md5": "MD5", "sha1": "SHA1", "sha256": "SHA256", "sha384": "SHA384", "sha512": "SHA512"}
_DIGITS = {"md5": 32, "sha1": 40, "sha256": 64, "sha384": 96, "sha512": 128}
_NOTHING = "NOASSERTION"
_ROOT = "SPDXRef-Scanned"
_DOCUMENT = "SPDXRef-DOCUMENT"
_WHOLE = {
    "complete": "This list of packages is complete, as far as manifests and lock files tell.",
    "incomplete": "This list of packages is incomplete.",
    "unknown": "It is not known whether this list of packages is complete.",
}


def render(scan: Scan) -> bytes:
    """The document, ASCII."""
    known = items(scan)
    name = exact(scan.repository) or "unnamed"
    ids = {item.component.purl: _id(item.component.purl) for item in known}
    document: dict[str, Any] = {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": _DOCUMENT,
        "name": f"{name} at {scan.commit or 'no commit'}",
        "documentNamespace": f"https://spdx.org/spdxdocs/{re.sub(r'[^A-Za-z0-9.-]+', '-', name)}-{identity(scan, 'spdx')}",
        "creationInfo": {
            "created": scan.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "creators": [f"Tool: Fusion-{__version__}"],
        },
        "documentDescribes": [_ROOT],
        "packages": [_scanned(scan, name), *(_package(item, ids[item.component.purl]) for item in known)],
        "relationships": list(_relationships(known, ids, relations(scan, known))),
    }
    whole = wholeness(scan)
    told = " ".join(why if why.endswith(".") else f"{why}." for why in whole.why)
    document["comment"] = f"{_WHOLE[whole.aggregate]} {told}".strip()
    return encode(document).encode()


def _id(purl: str) -> str:
    """An identifier out of letters, digits, dots and hyphens, of which no two purls share one."""
    plain = re.sub(r"[^A-Za-z0-9.-]+", "-", purl.removeprefix("pkg:"))[:100].strip("-.")
    return f"SPDXRef-{plain}-{hashlib.sha256(purl.encode()).hexdigest()[:12]}"


def _scanned(scan: Scan, name: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "SPDXID": _ROOT,
        "name": name,
        "downloadLocation": _NOTHING,
        "filesAnalyzed": False,
        "licenseConcluded": _NOTHING,
        "licenseDeclared": _NOTHING,
        "copyrightText": _NOTHING,
        "primaryPackagePurpose": "SOURCE",
    }
    return found | ({"versionInfo": scan.commit} if scan.commit else {})


def _package(item: Item, id: str) -> dict[str, Any]:
    one = item.component
    # A LicenseRef stands for a text, which nobody has given us.
    declared = item.licence if item.licence and "Ref-" not in item.licence else _NOTHING
    found: dict[str, Any] = {
        "SPDXID": id,
        "name": exact(one.name),
        "downloadLocation": _location(item),
        "filesAnalyzed": False,
        "licenseConcluded": _NOTHING,
        "licenseDeclared": declared,
        "copyrightText": _NOTHING,
        "externalRefs": [
            {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": one.purl},
        ],
        "sourceInfo": clip("Named in " + ", ".join(f"{exact(path)}:{line}" for path, line in item.places[:20]), 2_000),
        "primaryPackagePurpose": "CONTAINER" if one.ecosystem == "docker" else "LIBRARY",
    }
    if one.version:
        found["versionInfo"] = exact(one.version)
    if declared == _NOTHING and (item.told or item.licence):
        found["licenseComments"] = f"Told of its licence: {clip(exact(item.told or item.licence), 200)}"
    sums = [
        {"algorithm": _ALGORITHMS[algorithm], "checksumValue": digits}
        for algorithm, digits in item.hashes
        if len(digits) == _DIGITS.get(algorithm)
    ]
    return found | ({"checksums": sums} if sums else {})


def _location(item: Item) -> str:
    """Where it was to be had, where the inventory tells an address in a form that SPDX knows."""
    address = item.component.address
    known = re.fullmatch(r"(?:git\+)?(?:https?|ssh|git)://[\w.~:/?#@!$&'()*+,;=%-]{1,400}", address)
    return address if known and item.component.source in ("git", "url") else _NOTHING


def _relationships(
    known: Sequence[Item], ids: Mapping[str, str], needs: Mapping[str, Sequence[str]]
) -> Iterator[dict[str, str]]:
    yield _relationship(_DOCUMENT, "DESCRIBES", _ROOT)
    for item in known:
        id = ids[item.component.purl]
        if item.direct and item.development:
            yield _relationship(id, "DEV_DEPENDENCY_OF", _ROOT)
        elif item.direct:
            yield _relationship(_ROOT, "DEPENDS_ON", id)
    for purl, needed in needs.items():
        yield from (_relationship(ids[purl], "DEPENDS_ON", ids[one]) for one in needed)


def _relationship(one: str, kind: str, other: str) -> dict[str, str]:
    return {"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other}
