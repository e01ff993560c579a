"""What checks over weaknesses of the code have in common: one kind of flaw, looked for in the code that is delivered.

Tests and examples are left out: they may be wrong on purpose, and so is what only they hand to the code. Vendored and
generated files, and what policy ignores, are not analysed. A check has passed only where each of the other files was read
by an analyzer that knows this kind of flaw in its language, and where none of them stumbled over it: what another one saw
less of does not make up for that. A language for which there is none leaves it unassessed, unless findings from elsewhere
(SARIF) speak against it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fusion.changes.roles import is_example, is_test
from fusion.check import Subject
from fusion.checks.evidence import bounded, judged, missed, speaking, stumbled
from fusion.checks.files import TreeCheck, counted, refused
from fusion.checks.results import not_applicable, not_assessed, passed
from fusion.checks.sight import sight
from fusion.checks.sources import read_by, sources
from fusion.evidence.catalogue import families
from fusion.model import Evidence, Severity
from fusion.model.compliance import CheckResult

_LANGUAGES = 4
"""That a reason tells of."""


class WeaknessCheck(TreeCheck):
    """A check over one kind of flaw."""

    flaw: str
    """In a sentence: `SQL injection`."""
    families: frozenset[str]
    """Kinds of findings, as the evidence names them."""
    languages: frozenset[str]
    """In which it can be."""
    floor: Severity = Severity.HIGH
    """The least severity that speaks against the check."""

    def judge(self, subject: Subject) -> CheckResult:
        """Findings first; then whether everything was looked at."""
        found = judged(self._found(subject), subject.policy, self.floor, subject.cleared)
        if found.against:
            against = speaking(self.about, found.against)
            told = f"{self.flaw[0].upper()}{self.flaw[1:]}: {counted(len(against), 'finding')}.{found.beside()}"
            read = sorted({one.location.path for one in found.against})
            return refused(self.about, against, told, read=read)
        known = sources(subject)
        files = {name: paths for name, paths in known.files.items() if name in self.languages}
        left_out = sum(number for name, number in known.left_out.items() if name in self.languages)
        if not files:
            if subject.tree.cut:
                return self.partial(subject)
            why = f"There is no code in which {self.flaw} could be"
            return not_applicable(self.about, f"{why}, beside tests, examples and what is vendored.", read=("tree",))
        gaps, looked = self._gaps(subject, files)
        if gaps:
            told = " ".join(list(gaps.values())[:_LANGUAGES])
            return not_assessed(self.about, f"{told}{found.beside()}", read=sorted(looked))
        if subject.tree.cut:
            return self.partial(subject)
        total = sum(len(names) for names in files.values())
        beside = f" Not analysed: {counted(left_out, 'file')} (vendored, generated or ignored)." if left_out else ""
        said = f"No {self.flaw} in {counted(total, 'file')}, says {', '.join(sorted(looked))}."
        told = f"{said}{found.beside()}{beside}{bounded(subject, looked)}"
        return passed(self.about, told, read=sorted(looked))

    def _found(self, subject: Subject) -> Iterator[Evidence]:
        known = families()
        cwes = {number for name in self.families for number in (known[name].cwe if name in known else ())}
        for one in subject.evidence:
            path = one.location.path
            ours = one.family in self.families or (one.family not in known and not cwes.isdisjoint(one.cwe))
            begins = one.trace[0].location.path if one.trace else path
            if ours and not any(is_test(at) or is_example(at) for at in (path, begins)):
                yield one

    def _gaps(self, subject: Subject, files: Mapping[str, frozenset[str]]) -> tuple[Mapping[str, str], set[str]]:
        """Why the flaw was not looked for, by language; and the analyzers that looked."""
        gaps: dict[str, str] = {}
        looked: set[str] = set()
        for name, wanted in sorted(files.items()):
            able = sorted(tool for (tool, at), seen in sight().items() if at == name and not seen.isdisjoint(self.families))
            if not able:
                gaps[name] = (
                    f"No analyzer looks for {self.flaw} in {name} ({counted(len(wanted), 'file')}); look for it by hand."
                )
                continue
            reads = {tool: read_by(subject, tool) & wanted for tool in able}
            looked |= {tool for tool, read in reads.items() if read}
            missing = wanted - frozenset().union(*reads.values())
            failed = {tool: wanted & stumbled(subject, tool) for tool in able}
            stumbling = next((tool for tool in able if failed[tool]), "")
            if missing:
                nearest = max(able, key=lambda tool: (len(reads[tool]), tool == "dataflow"))
                gaps[name] = missed(subject, nearest, missing)
            elif stumbling:
                gaps[name] = missed(subject, stumbling, failed[stumbling])
        return gaps, looked
