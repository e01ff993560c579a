"""What kinds of text a file holds, as far as suppression comments are concerned: whose directives mean something in it."""

from __future__ import annotations

from enum import Enum


class Kind(Enum):
    """A family of languages that share their analyzers' directives."""

    PYTHON = "python"
    SHELL = "shell"
    SCRIPT = "script"
    """JavaScript, TypeScript and files that embed them."""
    C = "c"
    CODE = "code"
    """Another programming language."""
    DOCKERFILE = "dockerfile"
    YAML = "yaml"
    INFRASTRUCTURE = "infrastructure"
    PROSE = "prose"
    DATA = "data"
    """Anything else."""


_ENDINGS = {
    Kind.PYTHON: "py pyi pyw ipynb bzl",
    Kind.SHELL: "sh bash zsh ksh dash bats bashrc profile",
    Kind.SCRIPT: "js jsx mjs cjs ts tsx mts cts vue svelte astro",
    Kind.C: "c cc cpp cxx c++ h hh hpp hxx h++ inl ipp tpp cu",
    Kind.CODE: "go rs java kt kts swift scala cs fs rb php pl pm lua m mm dart ex exs erl hs ml r jl groovy sol zig sql",
    Kind.YAML: "yml yaml",
    Kind.INFRASTRUCTURE: "tf tfvars hcl bicep template",
    Kind.PROSE: "md mdx rst adoc txt html htm xhtml tex",
}
_BY_ENDING = {ending: kind for kind, endings in _ENDINGS.items() for ending in endings.split()}
_INTERPRETERS = (
    (b"python", Kind.PYTHON),
    (b"node", Kind.SCRIPT),
    (b"deno", Kind.SCRIPT),
    (b"bun", Kind.SCRIPT),
    (b"ruby", Kind.CODE),
    (b"perl", Kind.CODE),
    (b"sh", Kind.SHELL),
)


def kind(path: str, data: bytes) -> Kind:
    """The kind of a file, by its name or else by the interpreter that its first line names."""
    name = path.rpartition("/")[2].lower()
    if name.startswith(("dockerfile", "containerfile")) or name.endswith((".dockerfile", ".containerfile")):
        return Kind.DOCKERFILE
    found = _BY_ENDING.get(name.rpartition(".")[2]) if "." in name else None
    if found is None and data[:2] == b"#!":
        words = data[2:200].partition(b"\n")[0]
        return next((kind for word, kind in _INTERPRETERS if word in words), Kind.DATA)
    return found or Kind.DATA
