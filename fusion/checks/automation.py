"""What workflows do beside building: which steps test, analyse, publish or list what is inside; and what other systems build.

Steps are known by their actions and by the commands of their scripts. What is not known here is not held to be missing: a check
says that it could not tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from fusion.changes.roles import is_example, is_test
from fusion.changes.selection import outside
from fusion.check import Subject
from fusion.checks.forge import utc
from fusion.checks.workflows import Pipeline
from fusion.inventory.formats import tells_sources_alone
from fusion.model.posture import Release
from fusion.reading.jobs import Job, Work

ON_CHANGES = frozenset({"pull_request", "pull_request_target", "merge_group"})
"""Triggers that come before a change is merged."""

_ELSEWHERE = re.compile(
    r"\.gitlab-ci\.ya?ml|\.travis\.ya?ml|(?:\.azure/|\.azure-pipelines/|)azure-pipelines(?:[-.][\w.-]{0,60})?\.ya?ml"
    r"|Jenkinsfile|\.circleci/config\.ya?ml|\.buildkite/pipeline\.ya?ml|\.cirrus\.(?:ya?ml|star)|\.?appveyor\.ya?ml|\.drone\.ya?ml"
    r"|\.woodpecker(?:\.ya?ml|/[\w.-]{1,60}\.ya?ml)|bitbucket-pipelines\.ya?ml|\.semaphore/semaphore\.ya?ml|\.prow\.ya?ml"
    r"|cloudbuild\.ya?ml|buildspec\.ya?ml|\.teamcity/.{1,80}|\.ci/.{1,80}",
    re.I,
)
_TESTS = re.compile(
    r"\b(?:pytest|tox|nox|unittest|nosetests|ctest|rspec|phpunit|jest|vitest|mocha|karma|cypress run|playwright test|bats"
    r"|gotestsum|go test|cargo (?:\w{1,20} )?(?:test|nextest)|dotnet test|swift test|mix test|sbt [^\n]{0,80}test|bazel test"
    r"|flutter test|dart test|zig build test|xcodebuild [^\n]{0,200}\btest|rake(?: test| spec)?|stack test|cabal test"
    r"|composer (?:run )?test|(?:npm|pnpm|yarn|bun|deno)(?: run)?(?: -\S{1,40})* (?:t|test)\b"
    r"|(?:mvnw?|gradlew?)\b[^\n]{0,200}\b(?:test|verify|check|build|install|package)"
    r"|(?:make|just|task|invoke|hatch run)\b[^\n]{0,80}\b(?:tests?|check|ci|verify)\b)",
    re.I,
)
_TEST_NAME = re.compile(r"(?<![a-z])(?:unit|integration|e2e|acceptance)?[ _-]?tests?(?![a-z])", re.I)
_ANALYSES = re.compile(
    r"\b(?:semgrep|opengrep|bandit|gosec|brakeman|njsscan|codeql|cppcheck|spotbugs|psalm|flawfinder|sonar-scanner|snyk code"
    r"|scan-build|infer run|devskim|bearer scan|horusec|fusion review"
    r"|mvnw?\b[^\n]{0,200}\b(?:spotbugs|sonar)\S{0,20}|gradlew?\b[^\n]{0,200}\bsonar\w{0,10})\b",
    re.I,
)
_ANALYSING = (
    *("github/codeql-action/", "returntocorp/semgrep-action", "semgrep/", "snyk/actions", "sonarsource/", "checkmarx/"),
    *("veracode/", "securego/gosec", "microsoft/devskim-action", "microsoft/security-devops-action", "bearer/bearer-action"),
    *("pycqa/bandit", "presidentbeef/brakeman", "shiftleftsecurity/", "blackduck-inc/", "jetbrains/qodana-action"),
)
_PUBLISHES = re.compile(
    r"\b(?:twine upload|gem push|(?:dotnet )?nuget push|(?:docker|podman|buildah|helm|oras) push"
    r"|(?:npm|pnpm|bun|yarn(?: npm)?|lerna|cargo|uv|poetry|flit|hatch|pdm|(?:dart|flutter) pub|vsce|ovsx)"
    r"(?: [-\w@/=.]{1,60}){0,4} publish|docker buildx build[^\n]{0,300}--push|goreleaser(?: release)?"
    r"|gh release (?:create|upload)|semantic-release|mvnw?\b[^\n]{0,200}\bdeploy|gradlew?\b[^\n]{0,200}\bpublish\w{0,40}"
    r"|changeset publish|ko publish|pod trunk push|mix hex\.publish)\b",
    re.I,
)
_PUBLISHING = (
    *("pypa/gh-action-pypi-publish", "goreleaser/goreleaser-action", "softprops/action-gh-release"),
    *("actions/create-release", "ncipollo/release-action", "js-devtools/npm-publish", "changesets/action"),
    *("rubygems/release-gem", "rubygems/configure-rubygems-credentials", "rust-lang/crates-io-auth-action"),
    *("cycjimmy/semantic-release-action", "google-github-actions/release-please-action"),
    *("katyo/publish-crates", "python-semantic-release/", "actions/upload-release-asset", "svenstaro/upload-release-action"),
    *("googleapis/release-please-action", "helm/chart-releaser-action", "actions/publish-immutable-action"),
)
_PUSHING = ("docker/build-push-action", "redhat-actions/push-to-registry", "docker/bake-action")
_LISTS = re.compile(
    r"\b(?:syft|cyclonedx(?:-\w{1,20}){0,2}|cdxgen|spdx-sbom-generator|sbom-tool"
    r"|trivy [^\n]{0,200}(?:cyclonedx|spdx)|bom generate|docker sbom"
    r"|docker buildx [^\n]{0,300}--sbom|(?:npm|cargo) sbom|fusion scan [^\n]{0,200}(?:cyclonedx|spdx))\b",
    re.I,
)
_LISTING = (
    "anchore/sbom-action",
    "cyclonedx/",
    "microsoft/sbom-action",
    "advanced-security/sbom-generator-action",
    "kubernetes-sigs/bom",
)


def newest(releases: Sequence[Release]) -> Release:
    """The release that was published last; of those without a time the first. Raises ValueError without any."""
    return max(releases, key=lambda one: utc(one.at).timestamp() if one.at is not None else float("-inf"))


def unread_manifests(subject: Subject) -> list[str]:
    """Manifests and lock files that the inventory could not read, or not wholly: what they name is not known."""
    dark = {path for path, _ in subject.inventory.unread if path and not tells_sources_alone(path)}
    return sorted(path for path in dark if not is_test(path) and not is_example(path) and not outside(path))


def builds_elsewhere(path: str) -> bool:
    """Whether a file sets up another system than GitHub's for building and testing."""
    return _ELSEWHERE.fullmatch(path) is not None


def is_tested(flow: Pipeline) -> bool:
    """Whether a job or step of a workflow runs tests."""
    return any(_tests(job) for job in flow.jobs)


def _tests(job: Job) -> bool:
    if _TEST_NAME.search(job.name) or _TEST_NAME.search(job.uses.partition("@")[0].rpartition("/")[2]):
        return True
    return any(_TESTS.search(step.run) or _TEST_NAME.search(step.name) for step in job.steps)


def analysing(flow: Pipeline) -> Iterator[Work]:
    """Steps that analyse code statically."""
    return (step for step in _steps(flow) if step.action.startswith(_ANALYSING) or _ANALYSES.search(step.run))


def publishing(flow: Pipeline) -> Iterator[Work]:
    """Steps that publish a package, an image or a release."""
    for step in _steps(flow):
        pushes = step.action.startswith(_PUSHING) and step.given.get("push", "").strip().lower() not in ("", "false")
        if pushes or step.action.startswith(_PUBLISHING) or _PUBLISHES.search(step.run):
            yield step


def listing(flow: Pipeline) -> Iterator[Work]:
    """Steps that make a bill of materials."""
    for step in _steps(flow):
        asked = step.given.get("sbom", "").strip().lower() not in ("", "false")
        if asked or step.action.startswith(_LISTING) or _LISTS.search(step.run):
            yield step


def _steps(flow: Pipeline) -> Iterator[Work]:
    return (step for job in flow.jobs for step in job.steps)
