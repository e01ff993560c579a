"""A terminal page: indented lines and wrapped paragraphs on a rich console, without trailing blanks.

Text given to a page is shown as it is, but for likely secrets, which are starred (terminals are recorded by pipelines): no
markup, emoji codes or highlighting are read in it. Where the console's encoding
is not Unicode, our own signs become ASCII and what cannot be written is escaped, so that nothing raises half-way.
"""

from __future__ import annotations

from rich.console import Console
from rich.style import Style
from rich.text import Text

from fusion.render.secrets import mask

_ASCII = str.maketrans({"│": "|", "…": "...", "·": "-", "→": "->", "×": "x", "—": "-"})
_READABLE = 104

Part = str | tuple[str, str | Style]


class Page:
    """Writes to one console. `width` is the columns to use; prose never gets wider than is comfortable to read."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._unicode = console.encoding.lower().replace("-", "").startswith("utf")
        self.width = max(console.width, 20)
        self.prose = min(self.width, _READABLE)

    def blank(self) -> None:
        """An empty line."""
        self._console.print()

    def line(self, *parts: Part, indent: int = 0) -> None:
        """One line that the terminal may fold but that is not cut."""
        self._write(_text(parts), indent)

    def paragraph(self, *parts: Part, indent: int = 0, hang: int = 0) -> None:
        """Text wrapped between words; lines after the first are indented by `hang` more."""
        text = _text(parts)
        room = max(self.prose - indent, 16)
        wrapped = text.wrap(self._console, room, overflow="fold")
        if len(wrapped) > 1 and hang:
            first = wrapped[0]
            rest = text[len(first.plain) :]
            rest = rest[len(rest.plain) - len(rest.plain.lstrip()) :]
            self._write(first, indent)
            indent, wrapped = indent + hang, rest.wrap(self._console, max(room - hang, 16), overflow="fold")
        for line in wrapped:
            self._write(line, indent)

    def link(self, address: str) -> Style:
        """A style that makes text clickable (OSC 8) where the console is a terminal; plain elsewhere."""
        return Style(link=address) if address and self._console.is_terminal and not self._console.legacy_windows else Style()

    def _write(self, text: Text, indent: int) -> None:
        text.rstrip()
        if not self._unicode:
            plain = text.plain.translate(_ASCII)
            text = Text(plain.encode(self._console.encoding, "backslashreplace").decode(self._console.encoding))
        text.pad_left(indent)
        self._console.print(text, soft_wrap=True, highlight=False, markup=False, emoji=False)


def _text(parts: tuple[Part, ...]) -> Text:
    text = Text.assemble(*parts)
    text.plain = mask(text.plain)
    return text
