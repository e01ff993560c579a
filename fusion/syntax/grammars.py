"""What to look for in each tree-sitter grammar: one query per language, as data.

Captures: `definition` is a symbol; `outer` wraps one definition and begins where it begins for a reader (template, attribute);
`exported` and `exported_outer` make what they hold public, `hidden` makes it private; `access` switches the access of what
follows in the same class; `name` is a name that the file exports elsewhere.
"""

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
    query: str = ""
    """Patterns beside `kinds`."""
    comments: Comments


_SCRIPT_KINDS = {
    "function_declaration": "function",
    "generator_function_declaration": "function",
    "class_declaration": "class",
    "method_definition": "method",
}
_SCRIPT_QUERY = """
[(variable_declarator value: [(arrow_function) (function_expression) (generator_function) (class)])
 (assignment_expression right: [(arrow_function) (function_expression) (generator_function) (class)])
 (export_statement value: [(arrow_function) (function_expression) (generator_function) (class)])] @definition
(export_statement declaration: (_)) @exported_outer
(export_statement value: (object)) @exported
(export_statement value: (identifier) @name)
(export_specifier name: (identifier) @name)
(assignment_expression left: (member_expression) @_left right: [
  (identifier) @name
  (object [(shorthand_property_identifier) @name (pair value: (identifier) @name)])
] (#eq? @_left "module.exports"))
"""
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
_TYPED_QUERY = """
(public_field_definition value: [(arrow_function) (function_expression)]) @definition
(ambient_declaration) @outer
"""
_C_KINDS = {"function_definition": "function"}
_C_QUERY = """
[(struct_specifier body: (_)) (union_specifier body: (_)) (enum_specifier body: (_))] @definition
"""

GRAMMARS: Mapping[str, Grammar] = {
    "bash": Grammar(module="tree_sitter_bash", kinds={"function_definition": "function"}, comments=Comments.HASH),
    "c": Grammar(module="tree_sitter_c", kinds=_C_KINDS, query=_C_QUERY, comments=Comments.ANY),
    "cpp": Grammar(
        module="tree_sitter_cpp",
        kinds={**_C_KINDS, "namespace_definition": "namespace", "concept_definition": "type"},
        query=_C_QUERY
        + """
        (class_specifier body: (_)) @definition
        (template_declaration) @outer
        (field_declaration_list (access_specifier) @access)
        """,
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
        query="(type_declaration) @outer",
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
        query=_SCRIPT_QUERY + "(field_definition value: [(arrow_function) (function_expression)]) @definition",
        comments=Comments.BLOCK,
    ),
    "ruby": Grammar(
        module="tree_sitter_ruby",
        kinds={"class": "class", "method": "method", "module": "module", "singleton_method": "method"},
        query="""
        (body_statement (identifier) @access (#any-of? @access "private" "protected" "public"))
        (call method: (identifier) @_method (#any-of? @_method "private" "protected" "private_class_method")) @hidden
        """,
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
        query=_SCRIPT_QUERY + _TYPED_QUERY,
        comments=Comments.BLOCK,
    ),
    "typescript": Grammar(
        module="tree_sitter_typescript",
        factory="language_typescript",
        kinds=_TYPED_KINDS,
        query=_SCRIPT_QUERY + _TYPED_QUERY,
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
"""Kinds of the definitions that the queries find."""
