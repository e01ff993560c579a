"""Jobs and steps of workflows: what they run, where, and what of a stranger's text gets there."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.reading.jobs import MAX_STEPS, Job, jobs
from fusion.reading.workflows import UnreadableWorkflow


def one(text: str) -> Job:
    (job,) = jobs(text)
    return job


def step(body: str) -> str:
    return f"jobs:\n  a:\n    steps:\n      - {body}\n"


def test_a_job_with_all_that_is_read_of_it() -> None:
    job = one(
        "jobs:\n  build:\n    runs-on: {group: ours, labels: [x, y]}\n    environment: {name: live}\n    steps:\n"
        "      - name: N\n        uses: Actions/Checkout@v4\n        with: {ref: main}\n      - run: |\n          make\n"
    )
    assert (job.name, job.line, job.environment) == ("build", 3, "live")
    assert job.runs_on == ("group:ours", "x", "y")
    assert [work.action for work in job.steps] == ["actions/checkout", ""]
    assert job.steps[0].given == {"ref": "main"}
    assert (job.steps[1].run, job.steps[1].line) == ("make\n", 9)


@pytest.mark.parametrize(
    ("said", "machines"),
    [
        ("    runs-on: ${{ matrix.os }}\n    strategy: {matrix: {os: [a, b]}}\n", ("a", "b")),
        ("    runs-on: ${{ matrix.os }}\n    strategy: {matrix: {include: [{os: c}, {x: y}]}}\n", ("c",)),
        ("    runs-on: ${{ matrix.os }}\n    strategy: {matrix: '${{ fromJSON(x) }}'}\n", ("${{ matrix.os }}",)),
        ("    runs-on: [self-hosted, '${{ inputs.x }}']\n", ("self-hosted", "${{ inputs.x }}")),
        ("    uses: ./x.yml\n", ()),
    ],
)
def test_machines(said: str, machines: tuple[str, ...]) -> None:
    assert one(f"jobs:\n  a:\n{said}").runs_on == machines


@pytest.mark.parametrize(
    ("expression", "untrusted"),
    [
        ("github.event.issue.title", True),
        ("github . event . pull_request . head . ref", True),
        ("GITHUB.HEAD_REF", True),
        ("github.event.commits[0].message", True),
        ("github.event.comment.body || 'x'", True),
        ("format('{0}', github.event.review.body)", True),
        ("contains(github.event.issue.title, 'x')", False),
        ("github.head_ref == 'main'", False),
        ("github.event.pull_request.head.sha", False),
        ("github.event.pull_request.number", False),
        ("env.TITLE", False),
    ],
)
def test_what_a_stranger_fills_in(expression: str, untrusted: bool) -> None:
    script = f"echo ${{{{ {expression} }}}}"
    (run,) = one(step(f'run: "{script}"')).steps
    assert run.untrusted == ((expression,) if untrusted else ())
    (inside,) = one(step(f'{{uses: actions/github-script@v7, with: {{script: "{script}"}}}}')).steps
    assert inside.untrusted == run.untrusted
    (handed,) = one(step(f'{{uses: o/r@v1, with: {{script: "{script}"}}}}')).steps
    assert handed.untrusted == ()


@pytest.mark.parametrize(
    ("body", "strange"),
    [
        ("{uses: actions/checkout@v4, with: {ref: '${{ github.event.pull_request.head.sha }}'}}", True),
        ("{uses: actions/checkout@v4, with: {ref: 'refs/pull/${{ github.event.number }}/merge'}}", True),
        ("{uses: actions/checkout@v4, with: {repository: '${{ github.event.pull_request.head.repo.full_name }}'}}", True),
        ("{run: 'gh  pr checkout 7'}", True),
        ("{run: 'git fetch origin pull/7/head'}", True),
        ("{uses: actions/checkout@v4}", False),
        ("{uses: actions/checkout@v4, with: {ref: main}}", False),
        ("{run: git fetch origin main}", False),
    ],
)
def test_who_brings_in_the_head_of_a_pull_request(body: str, strange: bool) -> None:
    (work,) = one(step(body)).steps
    assert work.checks_out_a_stranger is strange


def test_anchors_cannot_make_it_endless() -> None:
    assert one("jobs: &a {x: *a}").steps == ()
    many = "s: &s [" + "{run: x}," * 1_500 + "]\njobs:\n" + "".join(f"  j{n}: {{steps: *s}}\n" for n in range(10))
    assert sum(len(job.steps) for job in jobs(many)) == MAX_STEPS


def test_an_action_of_several_steps_is_a_job_without_a_name() -> None:
    assert [work.run for work in one("runs: {using: composite, steps: [{run: a}, {run: b}]}").steps] == ["a", "b"]


@settings(max_examples=150, deadline=None)
@given(
    st.text(max_size=80)
    | st.lists(
        st.sampled_from(["jobs:", "\n  a:", "\n    steps:", " [", "]", "{", "}", "&x ", "*x", "- run: ${{", "}}"]), max_size=14
    ).map("".join)
)
def test_any_text_is_jobs_or_unreadable(text: str) -> None:
    try:
        found = jobs(text)
    except UnreadableWorkflow:
        return
    assert all(isinstance(work.untrusted, tuple) for job in found for work in job.steps)
