"""Measure functions with lizard, as JSON lines. Run as a script (`python -I measure.py -- FILE...`), never imported.

lizard's own command honours three things that the files it reads may say: comments that forgive a function or a whole file,
and the words GENERATED CODE in any comment, which end the reading there. Its library lets us leave that step out. One
file that lizard cannot follow would also end its command; here it is one line of the output.
"""

import json
import signal
import sys
from collections.abc import Iterable, Iterator
from typing import Any

# lizard puts the folder of sys.argv[0] in front of its import path.
arguments, sys.argv = sys.argv[1:], [""]

import lizard  # noqa: E402


def without_comments(tokens: Iterable[str], reader: Any) -> Iterator[str]:
    """Tokens that are not comments, and the line breaks inside those that are; comments say nothing to us."""
    for token in tokens:
        comment = reader.get_comment_from_token(token)
        if comment is None:
            yield token
        else:
            yield from ["\n"] * (len(comment.splitlines()) - 1)


PROCESSORS = (
    lizard.preprocessing,
    without_comments,
    lizard.line_counter,
    lizard.token_counter,
    lizard.condition_counter,
)


SPELLINGS = {"mts": "ts", "cts": "ts"}
"""Endings that lizard does not know, of languages that it does."""
SECONDS_PER_FILE = 10
"""One file that takes forever must not use up the time of the others."""


class TooLong(Exception):
    """The file took longer than it may."""


def too_long(*_: object) -> None:
    """Handle the alarm."""
    raise TooLong


def measure(path: str) -> dict[str, object]:
    """Functions of one file, or why there are none."""
    stem, dot, ending = path.rpartition(".")
    reader_class = lizard.get_reader_for(f"{stem}{dot}{SPELLINGS.get(ending.lower(), ending)}")
    if reader_class is None:
        return {"path": path, "error": "lizard does not know this language"}
    with open(path, "rb") as stream:  # noqa: PTH123
        text = stream.read().decode("utf-8-sig", "replace")
    context = lizard.FileInfoBuilder(path)
    signal.alarm(SECONDS_PER_FILE)
    try:
        reader = reader_class(context)
        tokens = reader.generate_tokens(text)
        for processor in PROCESSORS:
            tokens = processor(tokens, reader)
        for _ in reader(tokens, reader):
            pass
    except TooLong:
        return {"path": path, "error": f"lizard took longer than {SECONDS_PER_FILE} s"}
    except (RuntimeError, LookupError, ValueError, AttributeError, TypeError, StopIteration) as error:
        # A tokenizer fed with anything fails in any of these ways; the file is unread, the others are not.
        return {"path": path, "error": f"lizard cannot follow it: {type(error).__name__}"}
    finally:
        signal.alarm(0)
    functions = [
        {
            "name": function.name,
            "line": function.start_line,
            "end_line": function.end_line,
            # lizard takes the lines of a text in triple quotes away, also where it never counted them.
            "nloc": max(0, function.nloc),
            "ccn": function.cyclomatic_complexity,
            "parameters": len(function.parameters),
        }
        for function in context.fileinfo.function_list
    ]
    return {"path": path, "functions": functions}


def main(paths: list[str]) -> None:
    """One line for each path, in order."""
    signal.signal(signal.SIGALRM, too_long)
    for path in paths:
        try:
            found = measure(path)
        except OSError as error:
            found = {"path": path, "error": f"cannot be opened: {error.strerror}"}
        sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main(arguments[1:] if arguments[:1] == ["--"] else arguments)
