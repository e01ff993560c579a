"""The schema of a knowledge file: what a library's functions take in, let out, make harmless or pass on.

**Paths** name things as a program reaches them: `flask.request.args` (attributes of a module), `sqlite3.connect()` (the
result of
a call, `new` included), `flask.session[]` (an element under any key), `os.environ[PATH]` (under that key). Packages are
spelled as the
language imports them (`child_process.exec`, `@koa/router()`, `next/server.NextResponse`); builtins have no package (`open`,
`eval`,
`document.cookie`); methods of text, lists and dictionaries are known to the solver and need no entry. A path that a `type`
lists denotes
a value of that type, and `Type.member` continues from there, so that `sqlite3.connect().cursor().execute` is found as
`dbapi.Cursor.execute`. `?.render` is a method of that name on anything that nothing else is known of.

**Selectors** name arguments: `0` (first by position; the receiver does not count), `sql` (by keyword), `0|sql` (one
parameter, either way),
`1..` (that and all later positions), `*` (every argument), `receiver`, `result`; then parts: `1.shell` (a field or key of
an options
object), `0[2]` (an element), `0[]` (any element).

**Conditions** look at arguments: `shell=true`, `0='md5'`, `Loader=yaml.SafeLoader` (a literal true, false, none, a number,
'text', or a
path), `0~^(md5|sha1)$` (a constant text that the regular expression finds, ignoring case), `Loader absent`, `timeout present`,
`0 is list`, `0 is text`, `0 is constant`, `0 is function`, `receiver#flag` (a flag that an earlier `flag` entry set on that
value).
A condition holds when some possible value satisfies it; an unknown value satisfies none. For entries, conditions look at
the arguments of
the decorator or of the registering call.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from fusion.dataflow.knowledge.conditions import parse_condition, parse_path, parse_pattern, parse_selector
from fusion.model import Severity

SCHEMA_VERSION = 1


def _selector(text: str) -> str:
    parse_selector(text)
    return text


def _condition(text: str) -> str:
    parse_condition(text)
    return text


def _pattern(text: str) -> str:
    if text:
        parse_pattern(text)
    return text


Path = Annotated[str, AfterValidator(parse_path)]
Selector = Annotated[str, AfterValidator(_selector)]
Condition = Annotated[str, AfterValidator(_condition)]
Pattern = Annotated[str, AfterValidator(_pattern)]
"""A regular expression; it ignores case."""


class Kind(StrEnum):
    """The weaknesses that the analysis looks for; families of the same name in the catalogue."""

    COMMAND_INJECTION = "command-injection"
    CODE_INJECTION = "code-injection"
    DESERIALIZATION = "unsafe-deserialization"
    WEAK_HASH = "weak-hash"
    LDAP_INJECTION = "ldap-injection"
    PATH_TRAVERSAL = "path-traversal"
    OPEN_REDIRECT = "open-redirect"
    INSECURE_COOKIE = "insecure-cookie"
    SQL_INJECTION = "sql-injection"
    TRUST_BOUNDARY = "trust-boundary"
    WEAK_RANDOMNESS = "weak-randomness"
    XPATH_INJECTION = "xpath-injection"
    CROSS_SITE_SCRIPTING = "cross-site-scripting"
    XML_EXTERNAL_ENTITIES = "xml-external-entities"
    REQUEST_FORGERY = "server-side-request-forgery"
    TEMPLATE_INJECTION = "template-injection"
    PROTOTYPE_POLLUTION = "prototype-pollution"


class Origin(StrEnum):
    """Who can choose the data. Kinds say in `kinds.toml` which origins hurt them."""

    REMOTE = "remote"
    """Anybody who can reach the service: requests, messages, uploads, pages' URLs."""
    LOCAL = "local"
    """Whoever starts the program: arguments, standard input, environment."""
    STORED = "stored"
    """Whoever filled a file, database or third-party reply that the program reads."""
    RANDOM = "random"
    """Numbers that can be predicted: what `weak-randomness` follows."""


class Knowledge(BaseModel):
    """What all entries have."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    note: str = Field(min_length=8)
    """Why, in our own words; shown in traces: "the query string of the request"."""
    test: str = Field(min_length=1)
    """.

    The function of this library's sample file (tests/samples/dataflow/<language>/<library>) that fails without this entry.
    """
    when: tuple[Condition, ...] = ()
    """All must hold."""
    unless: tuple[Condition, ...] = ()
    """None may hold."""


class Type(BaseModel):
    """A kind of value, and how to recognise one. Needs no note and no test: the entries on its members have them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Path
    """`dbapi.Cursor`: by the library's documentation where there is one name."""
    paths: tuple[Path, ...] = ()
    """What denotes such a value: `sqlite3.connect().cursor()`. Annotations and base classes count as `Class()`."""
    names: Pattern = ""
    """Regular expression (full match) of variable.

    Parameter and attribute names that, where nothing else is known, are believed to hold one.
    """
    bases: tuple[Path, ...] = ()
    """Types whose members it has, too."""


class Source(Knowledge):
    """Reading one of `paths` (attribute, element, or call where it ends in `()`) gives data that somebody else chose."""

    paths: tuple[Path, ...] = Field(min_length=1)
    origin: Origin = Origin.REMOTE
    result: Selector = "result"
    """Where the data arrives: `result`, or an argument that is filled (`0`: a buffer; `0()`: the parameters of a callback)."""
    kinds: tuple[Kind, ...] = ()
    """Only these kinds; empty: all that the origin hurts."""
    harmless: tuple[Kind, ...] = ()
    """Not these kinds."""
    start: str = Field(default="", max_length=20)
    """What the text begins with, whoever sends it (`/`: the address that a request asks for)."""
    lead: str = ""
    """What begins it and the client does not choose, with U+FFFC for what is not known.

    `//￼/` for a full address with the server's own host; parts of the text do not have it.
    """
    picks: bool = False
    """A random choice among given values: no secret by itself, but texts built of several are."""


class Sink(Knowledge):
    """Where data hurts: an argument of a call, a value stored, or (in an Entry) a value returned."""

    kind: Kind
    calls: tuple[Path, ...] = ()
    args: tuple[Selector, ...] = ("0",)
    """Which arguments of `calls` hurt; `0()`: what the function that is given there returns."""
    stores: tuple[Path, ...] = ()
    """Assigning to one of these attributes or elements hurts: `dom.Element.innerHTML`, `flask.session[]`."""
    store: tuple[Literal["value", "key"], ...] = ("value",)
    """What hurts in a store: the value, the key or both."""
    names: Pattern = ""
    """Regular expression.

    Giving the data to a variable, attribute, key or keyword argument whose name it finds hurts, as does returning it from a
    function so named. What it is searched in is described in `fusion.dataflow.solver.sinks.names`.
    """
    built: bool = False
    """With `names`: random numbers hurt only where a text was built of them."""
    cwe: int | None = None
    """Where it differs from the kind's."""
    severity: Severity | None = None
    mended: tuple[Mend, ...] = ()
    """What makes it harmless before the function ends (`response.mimetype = "text/plain"` on the next line)."""
    certain: bool = True
    """False where the sink hurts only in some uses: confidence is lowered by one."""
    fix: str = ""
    """Name of a mechanical fix in `fusion.dataflow.fixes.offers`."""


class Setting(Knowledge):
    """A call or store that is weak by itself, without hostile data: a broken hash, a cookie without `secure`."""

    kind: Kind
    calls: tuple[Path, ...] = ()
    stores: tuple[Path, ...] = ()
    """`when` and `unless` see the assigned value as `0` and the key as `key`."""
    names: Pattern = ""
    """Regular expression. What stands under a key that it finds, or is handed over beside such a text, is looked at as `0`."""
    mended: tuple[Mend, ...] = ()
    """What makes it good before the function ends (`cookie["sid"]["secure"] = True` on the next line)."""
    certain: bool = True
    cwe: int | None = None
    severity: Severity | None = None
    fix: str = ""


class Mend(BaseModel):
    """A later call or store that mends a setting, if it concerns the same value."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    calls: tuple[Path, ...] = ()
    stores: tuple[Path, ...] = ()
    when: tuple[Condition, ...] = ()
    anywhere: bool = False
    """It mends wherever in the module it stands (application configuration), not only on the same value afterwards."""


class Sanitizer(Knowledge):
    """Its result is harmless for some kinds whatever was given: an escape, a conversion, a digest."""

    calls: tuple[Path, ...] = Field(min_length=1)
    args: tuple[Selector, ...] = ("*",)
    result: Selector = "result"
    clears: tuple[Kind | Literal["all"], ...] = ()
    """Kinds for which the result is harmless. An escape clears the kind whose context it fits and no other."""
    lacks: str = ""
    """Characters that the result cannot contain (`html.escape`: `<>&"'`): contexts that need one of them are harmless."""
    matches: str = Field(default="", max_length=200)
    """A regular expression that the whole result matches (`base64.b64encode`: `[A-Za-z0-9+/=]*`).

    Better than `clears` for encodings: it stops holding where the text is decoded again.
    """


class Validator(Knowledge):
    """A check: afterwards, on one outcome, the argument is known to be harmless for some kinds."""

    calls: tuple[Path, ...] = Field(min_length=1)
    args: tuple[Selector, ...] = ("0",)
    clears: tuple[Kind | Literal["all"], ...] = Field(min_length=1)
    outcome: Literal["true", "false", "returns"] = "true"
    """The outcome that clears: a true result, a false one, or that it returns at all (it raises otherwise)."""


class Propagator(Knowledge):
    """How data passes through a call.

    Unknown calls pass everything from the receiver and the arguments to the result: say here what differs.
    """

    calls: tuple[Path, ...] = Field(min_length=1)
    source: tuple[Selector, ...] = ("*",)
    to: tuple[Selector, ...] = ("result",)
    """Empty: nothing passes (`len`)."""
    kinds: tuple[Kind, ...] = ()
    """Kinds that survive; empty: all."""
    keeps: bool = False
    """The text stays what it was (`str`, `strip`).

    Checks made before still hold, and characters that it lacked it still lacks.
    """
    canonical: bool = False
    """The result is a normalised absolute path: a check of its prefix confines it."""
    aspect: Literal["", "host", "scheme", "path", "name", "folder", "folders", "code"] = ""
    """The result is that part of a URL or path; checking it against an allow-list checks the whole.

    `name`: the last component of a path; `folder`: the path without it; `folders`: all above a path.
    `code`: an authentication code, whose comparison vouches for what it was made of.
    """


class Aspect(Knowledge):
    """Attributes that are a part of a parsed URL or path: as `Propagator.aspect`, for members."""

    paths: tuple[Path, ...] = Field(min_length=1)
    aspect: Literal["host", "scheme", "path", "name", "folder", "folders", "private", "public", "range", "sender"]
    """`private`: whether an address of the network is not for everybody; `public`: whether it is; `range`: which kind it is.

    `sender`: who sent it, so that comparing it with one of ours vouches for all that was sent.
    """
    of: Path | None = None
    """Of what it is a part, where that is not the value that it is read from: the source beside it."""


class Store(Knowledge):
    """A container with keys: what is written under some keys is read under the same, and nothing else is (`configparser`)."""

    write: tuple[Path, ...] = Field(min_length=1)
    read: tuple[Path, ...] = Field(min_length=1)
    keys: tuple[Selector, ...] = Field(min_length=1)
    value: Selector


class Flag(Knowledge):
    """A call or store that marks a value: conditions elsewhere ask for `receiver#flag`."""

    calls: tuple[Path, ...] = ()
    stores: tuple[Path, ...] = ()
    on: Selector = "receiver"
    """Also `result`."""
    flag: str = Field(pattern=r"^[a-z][a-z-]*$")
    value: bool = True


class Exit(Knowledge):
    """A call that never returns (it raises, or ends the process), or an assertion: it returns only where something is true."""

    calls: tuple[Path, ...] = Field(min_length=1)
    given: Selector | Literal[""] = ""
    """The argument that is true where the call returns; empty: it never returns."""


class Entry(Knowledge):
    """Functions that the framework calls: what their parameters are, and what becomes of what they return."""

    decorators: tuple[Path, ...] = ()
    """A function decorated with one of these (`flask.App.route()`: with a call; `click.command` without)."""
    calls: tuple[Path, ...] = ()
    """Functions given to one of these calls, in the arguments or in lists and objects there."""
    depth: int = 1
    """So deep in lists and objects (resolvers of GraphQL lie two or three objects deep)."""
    bases: tuple[Path, ...] = ()
    """Methods (`methods`) of classes with one of these bases (`django.views.View`)."""
    methods: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    """Module-level or exported functions of these names (`lambda_handler`, Next's `GET`)."""
    signature: tuple[str, ...] = ()
    """Functions whose parameters begin with these names (`request` in a file that imports Django; `req`, `res`)."""
    directive: str = ""
    """Exported functions of files that begin with this text, and functions that do (`use server`)."""
    paths: tuple[str, ...] = ()
    """Only in files whose path matches one of these globs (`pages/api/**`)."""
    imports: tuple[str, ...] = ()
    """Only in files that import one of these packages."""
    returning: tuple[Path, ...] = ()
    """Only functions of a module that return what a call of one of these gives, and that nothing in the repository calls."""
    beside: tuple[str, ...] = ()
    """Methods of the class that the framework calls on the same object: what they set holds here (`set_default_headers`)."""
    parameters: tuple[Path | Literal["-"], ...] = ()
    """What the parameters are, in order (`self` and `cls` do not count): types, or `-`."""
    tainted: Literal["", "rest", "all"] = ""
    """Parameters that hold data from outside.

    Those after `parameters`, or all without a type of their own; annotated numbers, booleans, enums and UUIDs do not count.
    """
    origin: Origin = Origin.REMOTE
    returns: Kind | None = None
    """The kind that hurts where hostile text is returned (`cross-site-scripting` for a page)."""
    flagged: str = Field(default="", pattern=r"^([a-z][a-z-]*)?$")
    """What is returned hurts only where one of the parameters has this flag by then."""
    answers: bool = False
    """It returns an object whose `headers` and `body` are the reply: `Location` redirects, and text of HTML is a page."""
    returns_type: Literal["text", "any"] = "text"
    """`text`: only text hurts, not dictionaries and lists (they become JSON)."""


class Library(BaseModel):
    """One knowledge file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_version: Literal[1]
    library: str = Field(min_length=1)
    language: Literal["python", "javascript"]
    packages: tuple[str, ...]
    """Read this file only where one of these packages is imported somewhere; empty: always (builtins, the browser)."""
    note: str = Field(min_length=8)
    type: tuple[Type, ...] = ()
    source: tuple[Source, ...] = ()
    sink: tuple[Sink, ...] = ()
    setting: tuple[Setting, ...] = ()
    sanitizer: tuple[Sanitizer, ...] = ()
    validator: tuple[Validator, ...] = ()
    propagator: tuple[Propagator, ...] = ()
    aspect: tuple[Aspect, ...] = ()
    store: tuple[Store, ...] = ()
    flag: tuple[Flag, ...] = ()
    exit: tuple[Exit, ...] = ()
    entry: tuple[Entry, ...] = ()
