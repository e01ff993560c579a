"""Asks whether the code is fuzzed, or tested with generated input.

Counted are ClusterFuzzLite's and OSS-Fuzz's set-up, folders of cargo-fuzz, Go's own fuzz tests, workflows that run them, and
dependencies on libraries for fuzzing and property tests: hypothesis, atheris, schemathesis, fast-check, jsfuzz, Jazzer, jqwik,
proptest, quickcheck, libfuzzer-sys, arbitrary. A project that OSS-Fuzz fuzzes without a trace in its own tree is not seen here.
"""

from __future__ import annotations

import re

from fusion.check import About, Source, Subject, Towards
from fusion.checks.automation import unread_manifests
from fusion.checks.files import TreeCheck, pages, paths, regular
from fusion.checks.results import not_applicable, not_assessed, passed
from fusion.checks.sight import spoken
from fusion.checks.workflows import is_pipeline, pipelines
from fusion.model import Severity
from fusion.model.compliance import CheckResult

_SET_UP = re.compile(
    r"\.clusterfuzzlite/(?:Dockerfile|build\.sh|project\.yaml)|(?:.{1,200}/)?fuzz/(?:Cargo\.toml|fuzz_targets/[^/]{1,100}\.rs)"
)
_ACTIONS = ("google/oss-fuzz/", "google/clusterfuzzlite/")
_GO_TEST = re.compile(r"_test\.go$")
_GO_FUZZ = re.compile(r"^func Fuzz\w{0,100}\(\w{1,50} \*testing\.F\)", re.M)
_NATIVE = re.compile(r"\bLLVMFuzzerTestOneInput\b")
_NATIVE_NAME = re.compile(r"fuzz[^/]{0,80}\.(?:c|cc|cpp|cxx)$|(?:^|/)fuzz(?:ing|ers?)?/[^/]{1,100}\.(?:c|cc|cpp|cxx)$", re.I)
_LIBRARIES = frozenset(
    {
        *(
            "hypothesis",
            "atheris",
            "schemathesis",
            "pythonfuzz",
            "fast-check",
            "@fast-check/vitest",
            "@fast-check/jest",
            "jsfuzz",
        ),
        *("@jazzer.js/core", "jsverify", "testcheck", "proptest", "quickcheck", "libfuzzer-sys", "arbitrary", "bolero", "afl"),
        *("honggfuzz", "rantly", "prop_check", "fscheck", "sharpfuzz", "csharpfuzz", "pgregory.net/rapid"),
        *("github.com/google/gofuzz", "github.com/leanovate/gopter"),
    }
)
_JAVA = re.compile(r"(?:^|[:/])(?:jazzer(?:-junit|-api)?|jqwik|junit-quickcheck-\w{1,20}|quicktheories)$")


class Fuzzing(TreeCheck):
    """Generated input."""

    about = About(
        id="fuzzing",
        title="The code is fuzzed or tested with generated input",
        rationale="People test with the input that they think of; crashes and holes come with the other.",
        remediation="Begin with a property test of a parser (hypothesis, fast-check, Go's fuzzing, cargo-fuzz, Jazzer).",
        severity=Severity.LOW,
        reads=frozenset({Source.TREE, Source.INVENTORY}),
        towards=(Towards(catalogue="scorecard", control="Fuzzing", reason="It answers the same question."),),
        scorecard="Fuzzing",
    )

    def wants(self, path: str) -> bool:
        """Workflows, Go's tests, and C or C++ that is named after fuzzing."""
        return is_pipeline(path) or self._may_fuzz(path)

    def judge(self, subject: Subject) -> CheckResult:
        """One trace suffices."""
        files = [file.path for file in regular(subject.tree)]
        set_up = [path for path in files if _SET_UP.fullmatch(path)]
        if set_up:
            return passed(self.about, f"{paths(set_up)} sets up fuzzing.", read=sorted(set_up)[:10])
        libraries = sorted(
            {one.name for one in subject.inventory.components if one.name.lower() in _LIBRARIES or _JAVA.search(one.name[:200])}
        )
        if libraries:
            return passed(self.about, f"Tests with generated input use {', '.join(libraries[:3])}.", read=("inventory",))
        flows = pipelines(subject)
        running = [
            flow.path for flow in flows.read if any(step.action.startswith(_ACTIONS) for job in flow.jobs for step in job.steps)
        ]
        if running:
            return passed(self.about, f"{paths(running)} runs fuzzers.", read=running)
        found = pages(subject, self._may_fuzz)
        fuzzed = [path for path, text in found.texts.items() if (_GO_FUZZ if _GO_TEST.search(path) else _NATIVE).search(text)]
        if fuzzed:
            return passed(self.about, f"{paths(fuzzed)} fuzzes.", read=sorted(fuzzed)[:10])
        unread = {**flows.unread, **found.unread, **dict.fromkeys(unread_manifests(subject), "")}
        if unread:
            why = f"Not read: {paths(unread)}. Whether something fuzzes there is open"
            return not_assessed(self.about, f"{why}: mend what keeps it from being read, and scan again.")
        if subject.tree.cut:
            return self.partial(subject)
        if not any(spoken(path) for path in files):
            return not_applicable(self.about, "There is no code to fuzz.", read=("tree",))
        title = "Nothing fuzzes the code or tests it with generated input."
        return self.absent(subject, title, key="none", read=("tree", "inventory"))

    def _may_fuzz(self, path: str) -> bool:
        return _GO_TEST.search(path) is not None or _NATIVE_NAME.search(path) is not None
