"""Files that Fusion writes no patch for: what is built, what runs in pipelines, what decides how a change is judged."""

from __future__ import annotations

import re

_FOLDERS = frozenset({".github", ".gitlab", ".circleci", ".buildkite", ".azuredevops", ".azure-pipelines", ".husky", ".git"})
_PIPELINES = re.compile(
    r"(?:\.gitlab-ci.*|azure-pipelines.*|\.travis|\.drone|\.appveyor|appveyor|bitbucket-pipelines|cloudbuild|buildspec"
    r"|\.pre-commit-config|\.woodpecker|\.cirrus)\.ya?ml|jenkinsfile.*|codeowners|action\.ya?ml"
)
_LOCKS = re.compile(r".*\.(?:lock|lockb|lockfile)|.*-lock\.(?:json|ya?ml)|.*-shrinkwrap\.json|go\.sum|package\.resolved")
_POLICY = re.compile(r"\.fusion\.ya?ml")


def guarded(path: str) -> str:
    """Why no patch may touch the path, as "it is a lock file"; empty where one may."""
    *folders, name = path.lower().split("/")
    if ".." in folders or path.startswith("/"):
        return "it lies outside of the repository"
    if _POLICY.fullmatch(name):
        return "it is Fusion's own policy"
    if not _FOLDERS.isdisjoint(folders) or _PIPELINES.fullmatch(name):
        return "it decides what pipelines run"
    if _LOCKS.fullmatch(name):
        return "it is a lock file"
    if name.startswith(".git") or name in (".npmrc", ".yarnrc", ".yarnrc.yml", ".pypirc", "pip.conf"):
        return "it configures other tools"
    return ""
