"""Changes from a git repository on disk, a patch or a folder.

Everything in a repository is hostile: its configuration, hooks, attributes and content. So git runs with an empty
environment (`command`), asks the repository itself for nothing but names and ids (`repository`), and does the rest in a
quarantine: a bare repository of our own that borrows the objects and nothing else (`quarantine`). No hook, filter,
fsmonitor, textconv or external diff that the repository configures can run there, and no attribute can hide a file.
Nothing is ever checked out, and nothing is written to the repository.
"""

from fusion.adapters.git.forge import GitForge

__all__ = ["GitForge"]
