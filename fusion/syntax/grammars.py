"""What to look for in each tree-sitter grammar, as data: which nodes are definitions, and which wrap them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Comments(Enum):
    """What counts as a documentation comment."""

    BLOCK = "a /** block */"
    ANY = "any comment"
    RUST = "/// lines or a /** block */"
    HASH = "# lines"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grammar:
    """One language: where its grammar is, what its definitions are called, and how it comments."""

    module: str
    factory: str = "language"
    kinds: Mapping[str, str]
    """Node type of a definition -> kind of symbol."""
    conditional: frozenset[str] = frozenset()
    """Node types that are a definition only with a function as value, or with a body."""
    wrappers: frozenset[str] = frozenset()
    """Node types around one definition, which then begins where they begin."""
    comments: Comments


_SCRIPT_KINDS = {
    "function_declaration": "function",
    "generator_function_declaration": "function",
    "class_declaration": "class",
    "method_definition": "method",
}
_SCRIPT_CONDITIONAL = frozenset({"assignment_expression", "export_statement", "variable_declarator"})
_TYPED_KINDS = _SCRIPT_KINDS | {
    "abstract_class_declaration": "class",
    "abstract_method_signature": "method",
    "enum_declaration": "enum",
    "function_signature": "function",
    "interface_declaration": "interface",
    "internal_module": "namespace",
    "method_signature": "method",
    "type_alias_declaration": "type",
}
_TYPED_CONDITIONAL = _SCRIPT_CONDITIONAL | {"public_field_definition"}
_C_KINDS = {"function_definition": "function"}
_C_CONDITIONAL = frozenset({"enum_specifier", "struct_specifier", "union_specifier"})

GRAMMARS: Mapping[str, Grammar] = {
    "bash": Grammar(module="tree_sitter_bash", kinds={"function_definition": "function"}, comments=Comments.HASH),
    "c": Grammar(module="tree_sitter_c", kinds=_C_KINDS, conditional=_C_CONDITIONAL, comments=Comments.ANY),
    "cpp": Grammar(
        module="tree_sitter_cpp",
        kinds={**_C_KINDS, "namespace_definition": "namespace", "concept_definition": "type"},
        conditional=_C_CONDITIONAL | {"class_specifier"},
        wrappers=frozenset({"template_declaration"}),
        comments=Comments.ANY,
    ),
    "go": Grammar(
        module="tree_sitter_go",
        kinds={
            "function_declaration": "function",
            "method_declaration": "method",
            "type_alias": "type",
            "type_spec": "type",
        },
        wrappers=frozenset({"type_declaration"}),
        comments=Comments.ANY,
    ),
    "java": Grammar(
        module="tree_sitter_java",
        kinds={
            "annotation_type_declaration": "interface",
            "class_declaration": "class",
            "compact_constructor_declaration": "method",
            "constructor_declaration": "method",
            "enum_declaration": "enum",
            "interface_declaration": "interface",
            "method_declaration": "method",
            "record_declaration": "class",
        },
        comments=Comments.BLOCK,
    ),
    "javascript": Grammar(
        module="tree_sitter_javascript",
        kinds=_SCRIPT_KINDS,
        conditional=_SCRIPT_CONDITIONAL | {"field_definition"},
        comments=Comments.BLOCK,
    ),
    "ruby": Grammar(
        module="tree_sitter_ruby",
        kinds={"class": "class", "method": "method", "module": "module", "singleton_method": "method"},
        comments=Comments.HASH,
    ),
    "rust": Grammar(
        module="tree_sitter_rust",
        kinds={
            "enum_item": "enum",
            "function_item": "function",
            "function_signature_item": "function",
            "impl_item": "impl",
            "macro_definition": "macro",
            "mod_item": "module",
            "struct_item": "struct",
            "trait_item": "trait",
            "type_item": "type",
            "union_item": "union",
        },
        comments=Comments.RUST,
    ),
    "tsx": Grammar(
        module="tree_sitter_typescript",
        factory="language_tsx",
        kinds=_TYPED_KINDS,
        conditional=_TYPED_CONDITIONAL,
        wrappers=frozenset({"ambient_declaration"}),
        comments=Comments.BLOCK,
    ),
    "typescript": Grammar(
        module="tree_sitter_typescript",
        factory="language_typescript",
        kinds=_TYPED_KINDS,
        conditional=_TYPED_CONDITIONAL,
        wrappers=frozenset({"ambient_declaration"}),
        comments=Comments.BLOCK,
    ),
}

EXTRA_KINDS: Mapping[str, str] = {
    "assignment_expression": "function",
    "class_specifier": "class",
    "enum_specifier": "enum",
    "export_statement": "function",
    "field_definition": "method",
    "public_field_definition": "method",
    "struct_specifier": "struct",
    "union_specifier": "union",
    "variable_declarator": "function",
}
"""Kinds of the conditional definitions."""

FUNCTION_VALUES = frozenset({"arrow_function", "class", "function_expression", "generator_function"})
"""What makes a variable, a field or an assignment of JavaScript and TypeScript a definition."""
RUBY_ACCESS = frozenset({"private", "protected", "public"})
RUBY_HIDING = frozenset({"private", "private_class_method", "protected"})
