"""Evidence from elsewhere: the SARIF 2.1.0 file of any other tool, matched to the change.

CodeQL, Roslyn, Trivy and their like enter through this door. Their paths, numbers and texts are hostile input: a result
counts only when it lies inside a file of the change that we hold ourselves, and everything quoted is quoted from our own
copy. New is what lies on lines that the change added; the rest is counted as known.
"""

from __future__ import annotations

from functools import lru_cache

from fusion.changes.diff import added_lines
from fusion.evidence import sarif, shown
from fusion.evidence.catalogue import Classified, classify, families
from fusion.evidence.pages import Page, Pages
from fusion.evidence.records import record, sightings
from fusion.evidence.sarif import Node, RuleFacts, Rules
from fusion.evidence.sarif_paths import Paths
from fusion.model import (
    Category,
    Change,
    ChangeKind,
    Contents,
    Evidence,
    Hit,
    Location,
    Outcome,
    Provenance,
    Step,
    ToolReport,
    ToolRun,
    Unread,
)

_MOST_RESULTS = 20_000
_MOST_STEPS = 30
_LONGEST_NAME = 60
_ISOLATION = "not run here: its results were read from a SARIF file"
_PREFERRED = {
    22: "path-traversal",
    78: "command-injection",
    79: "cross-site-scripting",
    94: "code-injection",
    200: "information-exposure",
    252: "ignored-result",
    319: "cleartext-transport",
    327: "weak-cipher",
    400: "resource-exhaustion",
    489: "debug-mode",
    676: "dangerous-function",
    697: "comparison-mistake",
    798: "hardcoded-secret",
}
"""Which family a CWE means where several have it: the one that most tools mean by it."""


class _Result(Hit):
    """A result with what a plain hit has no room for."""

    category: Category
    suppressed: str = ""


def read_sarif(
    data: bytes, *, change: Change, contents: Contents, provenance: Provenance, name: str = "The SARIF file"
) -> tuple[ToolReport, ...]:
    """One report per run of the file. `name` is what error messages call it. Raises UserError when it is not SARIF 2.1.0."""
    return tuple(_Import(run, change, contents, provenance).report() for run in sarif.runs(data, name))


class _Import:
    """One run on its way to a report."""

    def __init__(self, run: Node, change: Change, contents: Contents, provenance: Provenance) -> None:
        driver = run.object("tool").object("driver")
        self.run = run
        self.change = change
        self.tool = shown.message(driver.text("name"))[:_LONGEST_NAME] or "unnamed tool"
        self.version = shown.message(driver.text("semanticVersion") or driver.text("version"))[:_LONGEST_NAME]
        self.provenance = provenance.model_copy(update={"tool": f"{self.tool} {self.version}".strip()})
        self.files = {
            file.path: file for file in change.files if file.path in contents.head and file.kind is not ChangeKind.DELETED
        }
        self.pages = Pages({path: contents.head[path] for path in self.files})
        self.paths = Paths(run, self.files)
        self.rules = Rules(run)
        # Columns count UTF-16 code units unless the run says otherwise (section 3.14.17).
        self.wide = run.text("columnKind") != "unicodeCodePoints"

    def report(self) -> ToolReport:
        """The receipt and the new evidence."""
        results = self.run.objects("results")
        hits = [hit for hit in map(self._hit, results[:_MOST_RESULTS]) if hit is not None]
        found = sightings(self.tool, hits, self.pages, classifier=_classify)
        added = {path: added_lines(file) for path, file in self.files.items()}
        evidence: list[Evidence] = []
        for sighting in found:
            where = sighting.hit.location
            lines = range(where.line, where.end_line + 1)
            if self.change.whole_tree or not added[where.path].isdisjoint(lines):
                testimony = record(self.tool, self.version, sighting, self.pages, self.provenance)
                own = sighting.hit.suppressed if isinstance(sighting.hit, _Result) else ""
                evidence.append(testimony.model_copy(update={"suppressed": own}) if own else testimony)
        outcome, reason, unread = self._ending()
        if len(results) > _MOST_RESULTS and outcome is Outcome.OK:
            outcome, reason = Outcome.CUT, f"{len(results):,} results; the first {_MOST_RESULTS:,} were read"
        missed = {item.path for item in unread}
        read = dict.fromkeys([*self.paths.artifacts(), *(sighting.hit.location.path for sighting in found)])
        return ToolReport(
            run=ToolRun(
                tool=self.tool,
                version=self.version,
                outcome=outcome,
                reason=reason,
                read=tuple(path for path in read if path not in missed),
                unread=unread,
                hits=len(found),
                known=len(found) - len(evidence),
                isolation=_ISOLATION,
            ),
            evidence=tuple(evidence),
        )

    def _hit(self, result: Node) -> _Result | None:
        """The result as a hit, or None when it is not about a file of the change, or not a problem."""
        # Only these kinds say that something is wrong (section 3.27.9); `absent` is a result of an earlier run.
        if result.text("kind") not in ("", "fail", "open", "review") or result.text("baselineState") == "absent":
            return None
        rule = self.rules.of(result)
        for place in result.objects("locations")[:1]:
            location = self._location(place)
            if location is not None:
                return self._result(result, rule, location)
        return None

    def _result(self, result: Node, rule: RuleFacts, location: Location) -> _Result:
        return _Result(
            rule=shown.message(rule.id)[:200],
            message=shown.message(sarif.message(result, rule)) or shown.message(rule.id),
            location=location,
            severity=sarif.severity(result, rule),
            confidence=rule.confidence,
            cwe=rule.cwe,
            help_uri=rule.help_uri,
            trace=self._trace(result),
            category=rule.category,
            suppressed=_suppressed(result),
        )

    def _location(self, place: Node) -> Location | None:
        """The place in a file of the change; a result without a region is about line 1."""
        physical = place.object("physicalLocation")
        path = self.paths.path(physical.object("artifactLocation"))
        page = self.pages.get(path) if path is not None else None
        if path is None or page is None:
            return None
        region = physical.object("region")
        offset = region.number("charOffset")
        line = region.number("startLine") or (page.text.count("\n", 0, offset) + 1 if offset is not None and offset >= 0 else 1)
        end_line = region.number("endLine") or line
        column, end_column = region.number("startColumn"), region.number("endColumn")
        return Location(
            path=path,
            line=line,
            end_line=end_line,
            column=self._column(page, line, column),
            end_column=self._column(page, end_line, end_column),
        )

    def _column(self, page: Page, line: int, column: int | None) -> int | None:
        """A column in code points."""
        if column is None or column < 1 or not self.wide:
            return column
        text = page.line(line)
        if text.isascii():
            return column
        return len(text.encode("utf-16-le", "replace")[: 2 * (column - 1)].decode("utf-16-le", "ignore")) + 1

    def _trace(self, result: Node) -> tuple[Step, ...]:
        """The first code flow (section 3.36), as far as it runs through files of the change."""
        steps = []
        for flow in result.objects("codeFlows")[:1]:
            for thread in flow.objects("threadFlows")[:1]:
                for stop in thread.objects("locations")[:_MOST_STEPS]:
                    place = stop.object("location")
                    location = self._location(place)
                    if location is not None:
                        steps.append(Step(location=location, code="", why=place.object("message").text("text")))
        return tuple(steps)

    def _ending(self) -> tuple[Outcome, str, tuple[Unread, ...]]:
        """How the tool's own run ended (section 3.20): a failure, or errors on single files."""
        unread: dict[str, Unread] = {}
        reasons: list[str] = []
        failed = False
        for invocation in self.run.objects("invocations"):
            if invocation.flag("executionSuccessful") is False:
                failed = True
            for key in ("toolExecutionNotifications", "toolConfigurationNotifications"):
                for notice in invocation.objects(key):
                    if notice.text("level") != "error":
                        continue
                    said = shown.message(notice.object("message").text("text"))[:300] or "an error without a message"
                    paths = [location.path for place in notice.objects("locations") if (location := self._location(place))]
                    unread |= {path: Unread(path=path, reason=said) for path in paths}
                    if not paths and not notice.objects("locations"):
                        reasons.append(said)
        if failed or reasons:
            return Outcome.FAILED, f"its own run failed: {reasons[0] if reasons else 'no reason given'}", tuple(unread.values())
        return Outcome.OK, "", tuple(unread.values())


def _suppressed(result: Node) -> str:
    """Why the result does not count for the people who ran the tool (section 3.35); empty when it does."""
    for suppression in result.objects("suppressions"):
        if suppression.text("status") in ("", "accepted"):
            why = shown.message(suppression.text("justification"))[:150]
            kind = "in the source" if suppression.text("kind") == "inSource" else "in the tool's own records"
            return f"suppressed {kind}{f': {why}' if why else ''}"
    return ""


def _classify(tool: str, hit: Hit) -> Classified:
    """The result's class: by our table where we have one for the tool, else by its CWE, else as its own family."""
    known = classify(tool.lower(), hit)
    if known.family in families():
        return known
    name = next((name for number in hit.cwe if (name := family_of_cwe(number))), "")
    category = hit.category if isinstance(hit, _Result) else known.category
    return Classified(
        family=name or f"{tool}:{hit.rule}",
        category=families()[name].category if name else category,
        severity=hit.severity or known.severity,
        confidence=hit.confidence or known.confidence,
        cwe=hit.cwe,
        title=families()[name].title if name else "",
    )


@lru_cache(maxsize=1)
def _by_cwe() -> dict[int, str]:
    found: dict[int, list[str]] = {}
    for name, family in families().items():
        for number in family.cwe[:1]:
            found.setdefault(number, []).append(name)
    return {number: names[0] for number, names in found.items() if len(names) == 1} | _PREFERRED


def family_of_cwe(number: int) -> str:
    """The family that a CWE number means, or an empty text where it means several."""
    return _by_cwe().get(number, "")
