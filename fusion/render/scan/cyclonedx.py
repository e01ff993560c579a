"""A scan's inventory as a bill of materials in CycloneDX 1.6 (ECMA-424, JSON), known vulnerabilities as VEX in it.

The same scan gives the same bytes: the serial number follows from the scan, the timestamp is the scan's. Reference:
https://cyclonedx.org/docs/1.6/json/.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from fusion import __version__
from fusion.model import Severity
from fusion.model.compliance import Deviation, Scan
from fusion.render.json import encode
from fusion.render.scan.bill import Item, assessed, identity, items, opaque, relations, vulnerabilities, wholeness
from fusion.render.text import clip, exact

if TYPE_CHECKING:
    from cyclonedx.model import HashType, Property
    from cyclonedx.model.component import Component
    from cyclonedx.model.license import License
    from cyclonedx.model.vulnerability import Vulnerability, VulnerabilityRating

_ALGORITHMS = {"md5": "MD5", "sha1": "SHA-1", "sha256": "SHA-256", "sha384": "SHA-384", "sha512": "SHA-512"}
_DIGITS = {"md5": 32, "sha1": 40, "sha256": 64, "sha384": 96, "sha512": 128}
_UNREAD = 200
_PLACES = 50


def render(scan: Scan) -> bytes:
    """The document, UTF-8."""
    from cyclonedx.model.bom import Bom, BomMetaData
    from cyclonedx.model.component import Component, ComponentType
    from cyclonedx.model.dependency import Dependency
    from cyclonedx.model.tool import ToolRepository
    from cyclonedx.schema.schema import SchemaVersion1Dot6

    known = items(scan)
    name = exact(scan.repository) or "unnamed"
    root = Component(name=name, version=scan.commit or None, type=ComponentType.APPLICATION, bom_ref=f"scanned:{name}")
    tool = Component(name="Fusion", version=__version__, type=ComponentType.APPLICATION, bom_ref="tool:fusion")
    bom = Bom(
        serial_number=identity(scan, "cyclonedx"),
        metadata=BomMetaData(
            timestamp=scan.at, tools=ToolRepository(components=[tool]), component=root, properties=_told(scan)
        ),
    )
    found = {item.component.purl: _component(item) for item in known}
    for component in found.values():
        bom.components.add(component)
    # Set whole, not by `register_dependency`, which looks through all that are there each time.
    nodes = {purl: Dependency(component.bom_ref) for purl, component in found.items()}
    needs = [Dependency(root.bom_ref, [nodes[item.component.purl] for item in known if item.direct])]
    needs += [
        Dependency(found[purl].bom_ref, [nodes[one] for one in needed]) for purl, needed in relations(scan, known).items()
    ]
    bom.dependencies = needs
    for vulnerability in _vulnerabilities(scan, found):
        bom.vulnerabilities.add(vulnerability)
    # Not the library's outputter: its check goes through all dependencies for each component, which takes minutes for ten
    # thousand, and warns where no component is direct. What it checks holds: each component has one entry, and none is unknown.
    body = json.loads(bom.as_json(view_=SchemaVersion1Dot6))  # type: ignore[attr-defined]
    # The library has no compositions.
    body["compositions"] = list(_compositions(scan, f"scanned:{name}", known))
    head = {"$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json", "bomFormat": "CycloneDX", "specVersion": "1.6"}
    return encode(head | body).encode()


def _compositions(scan: Scan, root: str, known: Sequence[Item]) -> Iterator[dict[str, Any]]:
    """Whether the bill is whole; what is in images and actions is not known."""
    yield {"aggregate": wholeness(scan).aggregate, "assemblies": [root], "dependencies": [root]}
    dark = opaque(known)
    if dark:
        yield {"aggregate": "unknown", "assemblies": list(dark)}


def _component(item: Item) -> Component:
    from cyclonedx.model.component import Component, ComponentScope, ComponentType
    from cyclonedx.model.component_evidence import ComponentEvidence, Occurrence
    from packageurl import PackageURL

    one = item.component
    purl = PackageURL.from_string(one.purl)
    places = [
        Occurrence(bom_ref=f"{one.purl} at {exact(path)}:{line}", location=exact(path), line=line or None)
        for path, line in item.places[:_PLACES]
    ]
    return Component(
        name=purl.name,
        group=purl.namespace or None,
        version=one.version or None,
        type=ComponentType.CONTAINER if one.ecosystem == "docker" else ComponentType.LIBRARY,
        bom_ref=one.purl,
        purl=purl,
        scope=ComponentScope.OPTIONAL if item.development else ComponentScope.REQUIRED,
        hashes=list(_hashes(item)),
        licenses=_licences(item),
        evidence=ComponentEvidence(occurrences=places),
        properties=list(_properties(item)),
    )


def _hashes(item: Item) -> Iterator[HashType]:
    from cyclonedx.model import HashAlgorithm, HashType

    for algorithm, digits in item.hashes:
        if len(digits) == _DIGITS.get(algorithm):
            yield HashType(alg=HashAlgorithm(_ALGORITHMS[algorithm]), content=digits)


def _licences(item: Item) -> Sequence[License]:
    from cyclonedx.model.license import DisjunctiveLicense, LicenseExpression

    if item.licence:
        return [LicenseExpression(item.licence)]
    return [DisjunctiveLicense(name=clip(exact(item.told), 200))] if item.told else []


def _properties(item: Item) -> Iterator[Property]:
    from cyclonedx.model import Property

    one = item.component
    said = {
        "fusion:direct": str(item.direct).lower(),
        "fusion:development": str(item.development).lower(),
        "fusion:pinned": str(one.pinned).lower(),
        "fusion:wanted": one.wanted,
        "fusion:lock": one.lock,
    }
    yield from (Property(name=name, value=clip(exact(value), 500)) for name, value in said.items() if value)
    if len(one.hashes) > len(item.hashes):
        yield from (Property(name="fusion:hash", value=value) for value in one.hashes)


def _told(scan: Scan) -> Iterable[Property]:
    """What a reader has to know of the bill as a whole: what it does not hold, and whether vulnerabilities were looked up."""
    from cyclonedx.model import Property

    yield Property(name="fusion:scan", value=scan.id)
    yield Property(name="fusion:vulnerabilities", value=clip(exact(assessed(scan)), 1_000))
    for why in wholeness(scan).why:
        yield Property(name="fusion:incomplete", value=why)
    for path, why in scan.inventory.unread[:_UNREAD]:
        yield Property(name="fusion:unread", value=clip(exact(f"{path}: {why}"), 500))


def _vulnerabilities(scan: Scan, found: dict[str, Component]) -> Iterator[Vulnerability]:
    """One entry for each advisory, split by who accepts what."""
    from cyclonedx.model.impact_analysis import ImpactAnalysisResponse, ImpactAnalysisState
    from cyclonedx.model.vulnerability import BomTarget, Vulnerability, VulnerabilityAnalysis, VulnerabilitySource

    groups: dict[tuple[str, str], list[Deviation]] = {}
    for one in vulnerabilities(scan):
        if one.component in found:
            groups.setdefault((one.evidence[0].rule, one.accepted), []).append(one)
    reasons = {one.id: one.reason for one in scan.exceptions}
    for (id, accepted), which in sorted(groups.items()):
        # That somebody accepts it for a time does not make it harmless: nobody has shown that it cannot be used here.
        analysis = VulnerabilityAnalysis(
            state=ImpactAnalysisState.IN_TRIAGE,
            responses=[ImpactAnalysisResponse.WILL_NOT_FIX] if accepted else [],
            detail=clip(exact(f"Accepted ({accepted}): {reasons.get(accepted, 'no reason is kept')}"), 500)
            if accepted
            else None,
        )
        yield Vulnerability(
            bom_ref=f"vulnerability:{id}{f':{accepted}' if accepted else ''}",
            id=id,
            source=VulnerabilitySource(name="OSV"),
            ratings=list(_ratings(which)),
            cwes=[],
            description=clip(exact(which[0].evidence[0].message), 500),
            recommendation=clip(exact(which[0].title), 500),
            analysis=analysis,
            affects=[BomTarget(ref=purl) for purl in sorted({one.component for one in which})],
        )


def _ratings(which: Sequence[Deviation]) -> Iterator[VulnerabilityRating]:
    from cyclonedx.model.vulnerability import VulnerabilityRating, VulnerabilityScoreSource, VulnerabilitySeverity

    worst = max((one.severity for one in which), key=lambda severity: severity.rank)
    vector = which[0].evidence[0].snippet
    methods = {"CVSS:3.0/": VulnerabilityScoreSource.CVSS_V3, "CVSS:3.1/": VulnerabilityScoreSource.CVSS_V3_1}
    method = next((method for begin, method in methods.items() if vector.startswith(begin)), None)
    word = VulnerabilitySeverity.INFO if worst is Severity.INFO else VulnerabilitySeverity(worst.value)
    yield VulnerabilityRating(severity=word, method=method, vector=vector if method else None)
