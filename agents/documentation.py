"""Documentation: what the change did to the public interface, against what is written about it.

Compares both sides of changed source files in the languages that Fusion reads, and reads the documents at head, changed or
not. It says when

* public functions, classes or methods are new and undocumented, where at least three in four of their neighbours are
  documented (one finding per file; tests, examples and names that only moved do not count);
* a docstring or documentation comment describes a parameter that the change removed or renamed, leaves out a new one where it
  describes all others, or gives a default that is no longer the default (Python: Google, NumPy and Sphinx styles; JSDoc and
  Javadoc tags for removed parameters);
* a document names, in a code span or code block, a public function, class or method that the change removed or renamed;
* a document names a command-line option or environment variable that the code no longer reads, or its old default.

The line of a finding is the line of the text that is wrong, which is often not part of the diff. Change logs, migration notes
and decision records may name what is gone, and so may sentences that say so. It never judges wording, and never asks for
documentation where the code base has none.

Where a model may be asked, it writes what is missing or wrong: the docstring, the passage of a document. People get it as a
draft (`documentation.md`), in the summary. It asks for no docstring of a private name or of a line that the change does not
touch, and for nothing that it does not write or is not sure of.
"""

from __future__ import annotations

from collections.abc import Sequence

from agents.advice import told
from agents.anchoring import Anchor
from agents.checks.interface import undocumented, wrong_parameters
from agents.checks.stale_documents import documents, stale_names, stale_switches
from agents.reasoned import Reasoned
from agents.replies import Claim
from fusion.agent import Case, Skip
from fusion.changes.roles import is_document, is_production
from fusion.model import AgentTask, Brief, Category, Work
from fusion.reading.comparison import compare, context_texts
from fusion.reading.observation import Sources, witnessed
from fusion.syntax import language


class Documentation(Reasoned):
    """The documentation agent."""

    name = "documentation"
    prompt_name = "documentation"
    work = Work.DOCUMENT
    places = frozenset({"change", "document"})
    drafts = True
    reads_trees = False

    def without_model(self, case: Case) -> Sequence[AgentTask] | Skip:
        """One task: the public interface of both sides, held against docstrings and documents."""
        if case.change.whole_tree:
            return Skip("a whole tree has no earlier interface to compare with")
        compared = compare(case.change, case.contents, case.policy)
        evidence = [item for item in case.evidence if item.category is Category.DOCUMENTATION]
        read = [item.path for item in compared.files if language(item.path) is not None or is_document(item.path)]
        if not read and not evidence:
            return Skip("no source file or document changed")
        context = context_texts(case.contents)
        observations = [
            *undocumented(compared.files),
            *(found for item in compared.files for found in wrong_parameters(item)),
            *stale_names(compared.files, context),
            *stale_switches(compared.files, context),
        ]
        findings = (
            *(told(self.name, item) for item in evidence),
            *witnessed(self.name, observations, Sources(compared.files, context), case.change.provenance),
        )
        unread = [item for item in compared.unread if language(item.path) is not None or is_document(item.path)]
        return [self.task(findings, read=(*read, *documents((), context)), unread=unread)]

    def wants(self, path: str) -> bool:
        """Source whose interface people use, and documents."""
        return is_production(path) or is_document(path)

    def unfit(self, brief: Brief, claim: Claim, place: Anchor) -> str:  # noqa: ARG002 - the signature of all
        """What is said to be missing has to be written, and to be missing because of the change."""
        if not claim.suggestion.strip():
            return "that ask for a text and write none"
        if claim.confidence == "low":
            return "that write what they only suppose"
        if claim.kind == "missing-docstring" and not place.is_changed:
            return "that ask for a docstring of what the change does not touch"
        if claim.kind == "missing-docstring" and place.passage.symbol.rpartition(".")[2].startswith("_"):
            return "that ask for a docstring of a private name"
        return ""
