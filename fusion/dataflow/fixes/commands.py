"""Commands without a shell: a text of plain words and values becomes the list of arguments that the shell made of it."""

from __future__ import annotations

import json
import re

from fusion.dataflow import ir
from fusion.dataflow.fixes.source import Cut, Source, dotted, walk
from fusion.dataflow.fixes.texts import Built, Hole, built

_WORD = re.compile(r"[\w./:,@%+=-]+")
_PROGRAM = re.compile(r"[\w./+-]+")
_OPTIONS = frozenset({"check", "capture_output", "text", "encoding", "errors", "timeout", "cwd", "env", "input"}) | frozenset(
    {"stdin", "stdout", "stderr", "universal_newlines", "close_fds", "bufsize"}
)
"""Keyword arguments that mean the same without a shell."""
_BUILT_IN = frozenset(
    {"cd", "export", "source", ".", "alias", "exec", "eval", "set", "unset", "ulimit", "umask", "type", "read", "wait", "exit"}
    | {"if", "for", "while", "until", "case", "time", "trap", "dir", "copy", "del", "start", "command", "function"}
)
"""Words that only a shell knows."""
_DIRECT = {"exec": "execFile", "execSync": "execFileSync"}


def without_shell(source: Source, call: ir.Call, callee: str) -> tuple[list[Cut], bool] | None:
    """Cuts that start the program directly, and whether they keep what is done for values of any form."""
    if source.script:
        return _exec(source, call, callee)
    if callee == "os.system":
        return _system(source, call)
    return _subprocess(source, call)


def _subprocess(source: Source, call: ir.Call) -> tuple[list[Cut], bool] | None:
    """`subprocess.run("...", shell=True)`."""
    shell = next((place for place, argument in enumerate(call.arguments) if argument.name == "shell"), 0)
    others = [argument.name for place, argument in enumerate(call.arguments) if place not in (0, shell)]
    if not shell or call.arguments[0].name not in ("", "args") or not _OPTIONS.issuperset(others):
        return None
    value = call.arguments[shell].value
    if not isinstance(value, ir.Const) or value.value is not True:
        return None
    listed = _listed(source, call)
    if listed is None:
        return None
    cuts, safe = listed
    start, end = source.argument_end(call, shell - 1), source.argument_end(call, shell)
    return None if source.commented(start, end) else ([*cuts, (start, end, "")], safe)


def _system(source: Source, call: ir.Call) -> tuple[list[Cut], bool] | None:
    """`os.system("...")` whose result nobody asks for."""
    module = next(
        (
            node.alias
            for node in source.module.body
            if isinstance(node, ir.Import) and node.module == "subprocess" and not node.name
        ),
        "",
    )
    listed = _listed(source, call) if module and len(call.arguments) == 1 and not call.arguments[0].name else None
    if listed is None or not isinstance(source.parent(call), ir.Evaluate):
        return None
    cuts, safe = listed
    function = call.function
    behind = source.argument_end(call, 0)
    return [*cuts, (source.start(function), source.end(function), f"{module}.run"), (behind, behind, ", check=False")], safe


def _exec(source: Source, call: ir.Call, callee: str) -> tuple[list[Cut], bool] | None:
    """`child_process.exec("...")`, where `execFile` can be reached."""
    function = call.function
    name = _DIRECT.get(callee.rpartition(".")[2], "")
    if not name or not call.arguments or any(argument.name for argument in call.arguments):
        return None
    if len(call.arguments) > 1 and not _plain_options(call.arguments[1].value):
        return None
    if isinstance(function, ir.Attr) and function.name in _DIRECT:
        end = source.end(function)
        renamed = (end - len(function.name), end, name)
    elif isinstance(function, ir.Name) and function.id in _DIRECT and _imported(source, name):
        renamed = (source.start(function), source.end(function), name)
    else:
        return None
    if source.text[renamed[0] : renamed[1]] not in _DIRECT:
        return None
    found = source.given(call.arguments[0].value)
    if found is None or found[1] is not None:
        return None
    text = built(source, found[0])
    words = _words(source, text) if text is not None else None
    if text is None or words is None or source.commented(text.start, text.end):
        return None
    program, *rest = words[0]
    return [renamed, (text.start, text.end, f"{program}, [{', '.join(rest)}]")], words[1]


def _plain_options(node: ir.Expression) -> bool:
    """Whether what follows the command means the same to `execFile`: a callback, or options that name no shell."""
    if isinstance(node, ir.Function):
        return True
    return isinstance(node, ir.Table) and all(isinstance(key, ir.Const) and key.value != "shell" for key, _ in node.items)


def _imported(source: Source, name: str) -> bool:
    """Whether the file binds the name to `child_process`'s function of that name."""
    for node in walk(source.module.body):
        if isinstance(node, ir.Import) and node.module == "child_process" and node.name == node.alias == name:
            return True
        if isinstance(node, ir.Assign) and isinstance(node.value, ir.Required) and node.value.module == "child_process":
            target = node.target
            if isinstance(target, ir.Table) and any(
                isinstance(value, ir.Name) and value.id == name and isinstance(key, ir.Const) and key.value == name
                for key, value in target.items
            ):
                return True
    return False


def _listed(source: Source, call: ir.Call) -> tuple[list[Cut], bool] | None:
    """Cuts that make the call's command a list, where it stands or where its variable gets it."""
    found = source.given(call.arguments[0].value)
    text = built(source, found[0]) if found is not None else None
    words = _words(source, text) if text is not None else None
    if text is None or words is None or source.commented(text.start, text.end):
        return None
    return [(text.start, text.end, f"[{', '.join(words[0])}]")], words[1]


def _words(source: Source, text: Built) -> tuple[list[str], bool] | None:
    """The words as source code, and whether every value stood in quotes (or is no list of words).

    None when a shell would do more with the text than split it.
    """
    words: list[str] = []
    safe = True
    parts = [part for part in text.parts if isinstance(part, Hole) or part.char]
    line = "".join("\0" if isinstance(part, Hole) else part.char for part in parts)
    holes = iter(text.holes)
    if line.count("\0") != len(text.holes):
        return None
    for word in line.split():
        if "\0" not in word:
            if not (_WORD if words else _PROGRAM).fullmatch(word):
                return None
            words.append(json.dumps(word))
            continue
        if word not in ("\0", "'\0'", '"\0"') or not words:
            return None
        safe = safe and word != "\0"
        words.append(_as_text(source, next(holes)))
    return (words, safe) if words and json.loads(words[0]) not in _BUILT_IN else None


def _as_text(source: Source, hole: Hole) -> str:
    """The hole's value as text, which an argument must be."""
    if dotted(hole.node) == "" and isinstance(hole.node, ir.Call) and dotted(hole.node.function) in ("str", "String"):
        return hole.code
    if source.script:
        return f"String({hole.code})"
    return hole.code if hole.text else f"str({hole.code})"
