"""Policy: what a repository wants of its reviews. Always read from the base side of the change.

`.fusion.yml` is parsed with positions, so that an unknown key or a wrong type names its line and the nearest right key.
Paths are gitignore-style patterns, matched against repository paths.
"""

from fusion.policy.file import load
from fusion.policy.manual import reference, schema, template
from fusion.policy.rules import Acceptance, Caps, Floor, Instruction, Models, Policy, Pulls, digest

__all__ = [
    "Acceptance",
    "Caps",
    "Floor",
    "Instruction",
    "Models",
    "Policy",
    "Pulls",
    "digest",
    "load",
    "reference",
    "schema",
    "template",
]
