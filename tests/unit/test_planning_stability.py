"""Nothing of a change is lost without a word, no brief is too large, and a brief changes only with what it shows."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fusion.agent import Case, Thinking
from fusion.changes.diff import removed_lines
from fusion.model import Brief, Category, Evidence
from fusion.planning import Planned, briefs
from fusion.planning.units import LONGEST
from fusion.reading.comparison import compare
from fusion.reasoning import fence
from tests.samples.agents.changes import Sides, case, seen

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
NAMES = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta"]
LINES = [
    "x = 1",
    "return alpha(x)",
    "",
    "# why",
    "if x:",
    '"""',
    "beta(1, 2)",
    "\tdone()",
    "y = 'ü\u202e'",
    "a\rb",
    "<!-- hi",
    "}",
]
PATHS = ["a.py", "src/b.js", "c.go", "D.java", "e.rs", "f.rb", "g.sh", "h.cpp", "README.md", "conf.yaml", "tests/test_a.py"]


def planned(given: Case, prompt: int = 12_000, most: int = 40, agent: str = "code-review") -> Planned:
    return briefs(dataclasses.replace(given, thinking=Thinking(prompt=prompt, briefs=most)), agent=agent, wants=lambda _: True)


def content(brief: Brief) -> str:
    """What a prompt is made of."""
    return fence.shown(brief) + fence.guided(brief)


def contents(plan: Planned) -> set[str]:
    return {content(brief) for brief in plan.briefs}


def function(name: str, body: Sequence[str]) -> str:
    return "\n".join([f"def {name}(x):", *(f"    {line}" for line in body), "    return x", "", ""])


class TestNothingIsLost:
    @staticmethod
    def check(given: Case, plan: Planned, limit: int, most: int) -> None:
        assert len(plan.briefs) <= most
        named = {item.path for item in plan.left_out}
        assert len(named) == len(plan.left_out)
        passages = [passage for brief in plan.briefs for passage in brief.passages if passage.kind == "change"]
        for brief in plan.briefs:
            assert brief.tokens <= limit
            assert brief.tokens >= len(content(brief).encode())
            assert [item.name for item in brief.passages] == [f"P{n}" for n in range(1, len(brief.passages) + 1)]
            assert all(len(item.lines) == len(item.text.split("\n")) for item in brief.passages)
        for item in compare(given.change, given.contents, given.policy).files:
            own = [passage for passage in passages if passage.path == item.path]
            rows = [pair for passage in own for pair in zip(passage.text.split("\n"), passage.lines, strict=True)]
            if item.path in named:
                continue
            assert {line for text, line in rows if text.startswith("+")} == item.added
            removed = [item.before_lines[line - 1] for line in removed_lines(item.file) if line <= len(item.before_lines)]
            assert sorted(text[1:] for text, line in rows if text.startswith("-") and not line) == sorted(removed)
            for text, line in rows:
                if line:
                    assert text[1:] == item.after_lines[line - 1]

    @settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
    @given(st.data())
    def test_every_changed_line_is_shown_or_its_path_named(self, data: st.DataObject) -> None:
        text = st.lists(st.sampled_from(LINES) | st.builds(lambda n: f"def {n}(x):", st.sampled_from(NAMES)), max_size=40)
        text |= st.lists(st.text(max_size=30), max_size=8)
        side = st.none() | st.builds("\n".join, text) | st.builds("\r\n".join, text)
        files: dict[str, Sides] = data.draw(
            st.dictionaries(st.sampled_from(PATHS), st.tuples(side, side).filter(lambda both: both != (None, None)), max_size=4)
        )
        limit, most = data.draw(st.sampled_from([200, 700, 1_500, 12_000])), data.draw(st.sampled_from([0, 1, 3, 40]))
        subject = case(files, context={"lib.py": "\n".join(data.draw(text))}, evidence=evidence(files))
        self.check(subject, planned(subject, limit, most), limit, most)

    @pytest.mark.parametrize(
        "after",
        [
            b"x = '" + b"a" * 400_000 + b"'\n",
            b"\xff\xfe\x00binary\n",
            b"".join(b"def f%d(): pass\n" % n for n in range(6_000)),
            b"x = " + b"(" * 3_000 + b")" * 3_000,
            b"\n".join(b" " * n + b"if x:" for n in range(600)),
            b"def f(:\n  )class {{{ \r\r\n\x0b\x0c <script>",
            b"a\n" * 30_000,
            "\u202e\U000e0041\n".encode() * 2_000,
        ],
        ids=["one line", "not text", "many symbols", "deep", "indented", "broken", "long", "invisible"],
    )
    @pytest.mark.parametrize("path", ["a.py", "a.ts", "a.txt"])
    def test_hostile_files(self, path: str, after: bytes) -> None:
        subject = case({path: (b"def f(x):\n    return 1", after)})
        plan = planned(subject, 3_000, 5)
        self.check(subject, plan, 3_000, 5)
        assert plan.left_out or plan.briefs

    def test_a_line_that_is_cut_is_named(self) -> None:
        plan = planned(case({"a.json": ("{}", f'{{"a": "{"b c" * LONGEST}"}}')}))
        assert "…[cut]" in plan.briefs[0].passages[0].text
        assert [item.path for item in plan.left_out] == ["a.json"]
        assert "1 changed line" in plan.left_out[0].reason

    def test_what_is_beyond_the_briefs_is_the_least_risky_and_is_named(self) -> None:
        body = [f"step_{n}(x)" for n in range(60)]
        files: dict[str, Sides] = {f"docs/{n}.md": ("", "\n".join(f"word {m}" for m in range(300))) for n in range(6)}
        files["app/login.py"] = ("", function("check_password", body))
        plan = planned(case(files), 6_000, 2)
        assert plan.briefs[0].topic == "app/login.py: check_password"
        left = {item.path: item.reason for item in plan.left_out}
        assert "app/login.py" not in left
        assert "beyond the 2 briefs" in left["docs/5.md"]

    def test_the_least_risky_share_briefs_before_any_is_left_out(self) -> None:
        plan = planned(case({f"a{n}.py": ("", function(f"f{n}", ["y = 2"])) for n in range(12)}), 12_000, 8)
        assert not plan.left_out
        assert len(plan.briefs) == 8
        assert sum(len({item.path for item in brief.passages if item.kind == "change"}) for brief in plan.briefs) == 12


def evidence(files: dict[str, Sides]) -> list[Evidence]:
    return [seen(path, 2, family="sql-injection", category=Category.SECURITY) for path in files]


class TestBriefsAreStable:
    BASE = tuple(function(name, [f"x = {name}_step_{n}(x)" for n in range(30)]) for name in NAMES)

    @classmethod
    def texts(cls, changed: dict[int, int], above: int = 0) -> tuple[str, str]:
        """Both sides of a file of eight functions. `changed`: function -> line that differs; `above`: lines on top of both."""
        before, after = list(cls.BASE), list(cls.BASE)
        for index, line in changed.items():
            after[index] = after[index].replace(f"_step_{line}(x)", f"_step_{line}(x, {index})")
        top = "".join(f"UNRELATED_{n} = {n}\n" for n in range(above)) + "\n" * bool(above)
        return top + "\n".join(before), top + "\n".join(after)

    @settings(max_examples=25, deadline=None)
    @given(
        st.dictionaries(st.integers(0, 7), st.integers(0, 29), min_size=1),
        st.integers(1, 30),
        st.sampled_from([2_000, 3_000, 12_000]),
    )
    def test_lines_above_and_other_files_change_nothing(self, changed: dict[int, int], above: int, limit: int) -> None:
        alone = planned(case({"a.py": self.texts(changed)}), limit)
        moved = planned(case({"a.py": self.texts(changed, above)}), limit)
        assert contents(moved) == contents(alone)
        among = planned(case({"zz.py": ("", "NOTHING = 1\n"), "a.py": self.texts(changed), "B.md": (None, "word\n")}), limit)
        assert contents(alone) <= contents(among)
        assert [item.model_copy(update={"lines": ()}) for brief in moved.briefs for item in brief.passages] == [
            item.model_copy(update={"lines": ()}) for brief in alone.briefs for item in brief.passages
        ]

    @settings(max_examples=25, deadline=None)
    @given(
        st.dictionaries(st.integers(0, 7), st.integers(0, 29), min_size=1),
        st.integers(0, 7),
        st.integers(0, 29),
        st.sampled_from([2_000, 3_000, 12_000]),
    )
    def test_another_hunk_changes_only_briefs_that_show_it(
        self, changed: dict[int, int], at: int, line: int, limit: int
    ) -> None:
        first = planned(case({"a.py": self.texts(changed)}), limit)
        second = planned(case({"a.py": self.texts(changed | {at: line})}), limit)
        symbol = NAMES[at]
        before, after = contents(first), contents(second)
        others = [item for item in second.briefs if content(item) not in before and symbol not in shown(item)]
        if len(second.briefs) <= len(first.briefs):
            assert not others
        # A brief that the hunk would have made too large was parted.
        parted = [shown(item) for item in first.briefs if content(item) not in after]
        assert all(any(shown(item) <= whole for whole in parted) for item in others)

    def test_one_function_of_a_large_file_pays_for_itself_alone(self) -> None:
        every = dict.fromkeys(range(8), 3)
        first = planned(case({"a.py": self.texts(every)}), 2_600)
        second = planned(case({"a.py": self.texts(every | {4: 5})}), 2_600)
        assert len(first.briefs) > 4
        assert len(contents(second) - contents(first)) == 1


def shown(brief: Brief) -> set[str]:
    return {item.symbol for item in brief.passages if item.kind == "change"}
