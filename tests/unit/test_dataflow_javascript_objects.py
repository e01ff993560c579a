"""Objects of JavaScript's classes: what each has of its own, and on which one a framework calls a method."""

from __future__ import annotations

import pytest

from tests.fakes.dataflow import marked

PAGE = "const express = require('express');\nconst { exec } = require('child_process');\nconst app = express();\n"


def test_each_object_has_fields_of_its_own() -> None:
    marked(
        PAGE
        + """
class Parts {
  #items = ['ls'];
  add(item) { this.#items.push(item); return this; }
  line() { return this.#items.join(' '); }
}
class Kept extends Parts { names = new Map(); }
app.get('/a', (req) => {
  const one = new Parts().add(req.query.a), two = new Parts().add('/srv');
  exec(one.line()); // expect: command-injection
  exec(two.line());
});
app.get('/b', (req) => {
  const one = new Kept().add(req.query.a), two = new Kept().add('/srv');
  exec(one.line()); // expect: command-injection
  exec(two.line());
});
""",
        "main.js",
    )


def test_fields_begin_after_the_parameters_that_are_kept_and_the_constructor_of_the_base() -> None:
    marked(
        PAGE
        + """
class Command {
  parts = [this.program, '-v'];
  constructor(private readonly program: string, private readonly target: string) { this.parts.push(target); }
  line() { return this.parts.join(' '); }
}
class Listing extends Command {
  parts = ['ls'];
  constructor(target: string) { super('find', target); }
}
class Given { items = []; constructor(items: string[]) { this.items = items; } }
app.get('/a', (req) => exec(new Command(req.query.a, 'b').line())); // expect: command-injection
app.get('/b', (req) => exec(new Command('b', req.query.a).line())); // expect: command-injection
app.get('/c', (req) => exec(new Listing(req.query.a).line()));
app.get('/d', (req) => exec(new Given([req.query.a]).items[0])); // expect: command-injection
""",
        "main.ts",
    )


@pytest.mark.parametrize(
    "handed",
    [
        "pages.open.bind(pages)",
        "(req, res) => pages.open(req, res)",
        "pages.opened",
    ],
)
@pytest.mark.parametrize(("given", "mark"), [("{ secure: false }", " // expect: insecure-cookie"), ("{ secure: true }", "")])
def test_a_framework_calls_the_method_of_the_object_that_it_is_given(handed: str, given: str, mark: str) -> None:
    marked(
        PAGE
        + f"""
class Writer {{
  constructor(options) {{ this.options = options; }}
  write(res) {{
    res.cookie('a', 'v', this.options);{mark}
  }}
}}
class Pages {{
  constructor(writer) {{ this.writer = writer; }}
  open(req, res) {{ this.writer.write(res); }}
  opened = (req, res) => {{ this.writer.write(res); }};
}}
const pages = new Pages(new Writer({given}));
app.post('/', {handed});
""",
        "main.js",
    )


def test_several_objects_are_told_apart() -> None:
    marked(
        PAGE
        + """
const strict = (text) => text.replace(/\\W/g, ''), loose = (text) => text;
class Pages {
  constructor(filter) { this.filter = filter; this.list = this.list.bind(this); }
  list(req, res) {
    exec('ls ' + this.filter(String(req.query.a)));
  }
}
class Others {
  constructor(filter) { this.filter = filter; }
  list(req, res) {
    exec('ls ' + this.filter(String(req.query.a))); // expect: command-injection
  }
  routes() {
    const router = express.Router();
    router.get('/', this.list.bind(this));
    return router;
  }
}
app.get('/', new Pages(strict).list);
app.use(new Others(strict).routes());
app.use(new Others(loose).routes());
""",
        "main.js",
    )
