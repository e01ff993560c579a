"""A scan as JSON: the record itself with its `schema_version`, and beside it the titles that people read.

It is what the other formats are made from, so nothing in it is masked or shortened; what is written for posting is `markdown`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from fusion.model.compliance import Scan
from fusion.render.json import encode
from fusion.render.scan.summary import NOT_A_CERTIFICATE, summary
from fusion.scanning.series import Point

if TYPE_CHECKING:
    from fusion.check import About
    from fusion.controls.catalogue import Catalogue


def render(scan: Scan, *, checks: Mapping[str, About], catalogues: Sequence[Catalogue], trend: Sequence[Point] = ()) -> str:
    """One object: `schema_version`, `headline`, `scan`, `trend`, `checks` and `catalogues` by id; ASCII, indented.

    trend: this scan and the whole ones before it, oldest first.
    """
    told = summary(scan, checks)
    named = {(one.catalogue, one.control) for one in scan.controls}
    return encode(
        {
            "schema_version": scan.schema_version,
            "headline": told.headline,
            "note": NOT_A_CERTIFICATE,
            "scan": scan.model_dump(mode="json"),
            "trend": [one.model_dump(mode="json") for one in trend],
            "checks": {
                one.check: {
                    "title": about.title,
                    "rationale": about.rationale,
                    "remediation": about.remediation,
                    "severity": about.severity.value,
                    "towards": [
                        {"catalogue": each.catalogue, "control": each.control, "reason": each.reason} for each in about.towards
                    ],
                }
                for one in scan.results
                if (about := checks.get(one.check)) is not None
            },
            "catalogues": {
                one.id: {
                    "title": one.title,
                    "version": one.version,
                    "publisher": one.publisher,
                    "controls": {each.id: each.title for each in one.controls if (one.id, each.id) in named},
                }
                for one in catalogues
            },
        }
    )
