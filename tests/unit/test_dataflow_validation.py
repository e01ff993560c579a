"""Checks of paths and addresses, right ones and wrong ones: which of them keep data from hurting."""

from __future__ import annotations

import pytest

from fusion.dataflow.knowledge.schema import Kind
from tests.fakes.dataflow import findings, marked

_KINDS = {Kind.PATH_TRAVERSAL.value, Kind.OPEN_REDIRECT.value, Kind.REQUEST_FORGERY.value}

PATHS = {
    "normal-form-other-separator": """
import os
from flask import request, abort
def a():
    p = os.path.normpath(request.args["f"])
    if p.startswith("..\\\\"):
        abort(403)
    open("/srv/" + p)  # expect: path-traversal
""",
    "fl-prefix-nosep": """
import os
from flask import Flask, request, send_file, abort
app = Flask(__name__)
BASE = "/srv/files"
@app.route("/a")
def a():
    p = os.path.realpath(os.path.join(BASE, request.args["f"]))
    if not p.startswith(BASE):
        abort(403)
    return send_file(p)  # expect: path-traversal
""",
    "fl-prefix-sep": """
import os
from flask import Flask, request, send_file, abort
app = Flask(__name__)
BASE = "/srv/files"
@app.route("/a")
def a():
    p = os.path.realpath(os.path.join(BASE, request.args["f"]))
    if not p.startswith(BASE + os.sep):
        abort(403)
    return send_file(p)
""",
    "fl-prefix-join-empty": """
import os
from flask import Flask, request, send_file, abort
app = Flask(__name__)
BASE = os.path.abspath("uploads")
@app.route("/a")
def a():
    p = os.path.abspath(os.path.join(BASE, request.args["f"]))
    if not p.startswith(os.path.join(BASE, "")):
        return "no", 403
    return open(p).read()
""",
    "fl-prefix-canon-nosep": """
import os
from flask import Flask, request, send_file, abort
app = Flask(__name__)
BASE = os.path.abspath(os.path.dirname(__file__))
@app.route("/a")
def a():
    p = os.path.abspath(os.path.join(BASE, request.args["f"]))
    if p.startswith(BASE):
        return open(p).read()  # expect: path-traversal
    return "no", 403
""",
    "fl-prefix-uncanonical": """
import os
from flask import Flask, request, send_file, abort
app = Flask(__name__)
BASE = "/srv/files/"
@app.route("/a")
def a():
    p = os.path.join(BASE, request.args["f"])
    if not p.startswith(BASE):
        abort(403)
    return send_file(p)  # expect: path-traversal
""",
    "fl-dotdot-only": """
import os
from flask import Flask, request, send_file, abort
app = Flask(__name__)
BASE = "/srv/files/"
@app.route("/a")
def a():
    name = request.args["f"]
    if ".." in name:
        abort(400)
    return send_file(os.path.join(BASE, name))  # expect: path-traversal
""",
    "fl-dotdot-slash": """
import os
from flask import Flask, request, send_file, abort
app = Flask(__name__)
BASE = "/srv/files/"
@app.route("/a")
def a():
    name = request.args["f"]
    if ".." in name or name.startswith("/"):
        abort(400)
    return send_file(os.path.join(BASE, name))
""",
    "fl-commonpath": """
import os
from flask import Flask, request, abort
app = Flask(__name__)
ROOT = os.path.realpath("/srv/files")
def resolve(name):
    full = os.path.realpath(os.path.join(ROOT, name))
    if os.path.commonpath([ROOT, full]) != ROOT:
        raise ValueError("outside")
    return full
@app.route("/a")
def a():
    try:
        p = resolve(request.args.get("f", ""))
    except ValueError:
        abort(404)
    return open(p).read()
""",
    "fl-commonprefix": """
import os
from flask import Flask, request, abort
app = Flask(__name__)
ROOT = os.path.realpath("/srv/files")
@app.route("/a")
def a():
    full = os.path.realpath(os.path.join(ROOT, request.args["f"]))
    if os.path.commonprefix([ROOT, full]) != ROOT:
        abort(404)
    return open(full).read()  # expect: path-traversal
""",
    "pl-relative": """
from pathlib import Path
from fastapi import FastAPI, HTTPException
from fastapi.responses import FileResponse
app = FastAPI()
ROOT = Path("/srv/files").resolve()
@app.get("/f/{name:path}")
def f(name: str):
    target = (ROOT / name).resolve()
    if not target.is_relative_to(ROOT):
        raise HTTPException(404)
    return FileResponse(target)
""",
    "pl-relative-unresolved": """
from pathlib import Path
from fastapi import FastAPI, HTTPException
from fastapi.responses import FileResponse
app = FastAPI()
ROOT = Path("/srv/files")
@app.get("/f/{name:path}")
def f(name: str):
    target = ROOT / name
    if not target.is_relative_to(ROOT):
        raise HTTPException(404)
    return FileResponse(target)  # expect: path-traversal
""",
    "pl-relative-to-try": """
from pathlib import Path
from fastapi import FastAPI, HTTPException
from fastapi.responses import FileResponse
app = FastAPI()
ROOT = Path("/srv/files").resolve()
@app.get("/f/{name:path}")
def f(name: str):
    target = (ROOT / name).resolve()
    try:
        target.relative_to(ROOT)
    except ValueError:
        raise HTTPException(404)
    return FileResponse(target)
""",
    "pl-parents": """
from pathlib import Path
from fastapi import FastAPI, HTTPException
from fastapi.responses import FileResponse
app = FastAPI()
ROOT = Path("/srv/files").resolve()
@app.get("/f/{name:path}")
def f(name: str):
    target = ROOT.joinpath(name).resolve()
    if ROOT not in target.parents:
        raise HTTPException(404)
    return FileResponse(target)
""",
    "pl-parent-eq": """
from pathlib import Path
from fastapi import FastAPI, HTTPException
from fastapi.responses import FileResponse
app = FastAPI()
ROOT = Path("/srv/files").resolve()
@app.get("/f/{name:path}")
def f(name: str):
    target = ROOT.joinpath(name).resolve()
    if target.parent != ROOT:
        raise HTTPException(404)
    return FileResponse(target)
""",
    "pl-str-prefix-bad": """
from pathlib import Path
from flask import Flask, request, abort, send_file
app = Flask(__name__)
ROOT = Path("/srv/files").resolve()
@app.get("/f")
def f():
    target = (ROOT / request.args["n"]).resolve()
    if not str(target).startswith(str(ROOT)):
        abort(404)
    return send_file(target)  # expect: path-traversal
""",
    "dj-allchars": """
import string
from django.http import FileResponse, Http404
OK = set(string.ascii_letters + string.digits + "-_")
def view(request):
    name = request.GET["n"]
    if not all(c in OK for c in name):
        raise Http404
    return FileResponse(open("/srv/" + name + ".txt", "rb"))
""",
    "dj-anychars-bad": r"""
from django.http import FileResponse, Http404
def view(request):
    name = request.GET["n"]
    if any(c in name for c in ("%", ";", "\0")):
        raise Http404
    return FileResponse(open("/srv/" + name + ".txt", "rb"))  # expect: path-traversal
""",
    "deco-abort": """
import functools, os
from flask import Flask, request, abort, send_file
app = Flask(__name__)
def checked(fn):
    @functools.wraps(fn)
    def inner(*args, **kwargs):
        if "/" in request.args.get("n", "") or ".." in request.args.get("n", ""):
            abort(400)
        return fn(*args, **kwargs)
    return inner
@app.get("/f")
@checked
def f():
    return send_file("/srv/x/" + request.args.get("n", ""))
""",
    "helper-bool": """
import os
from flask import Flask, request, abort, send_file
app = Flask(__name__)
BASE = "/srv/data"
def is_safe(base, path):
    full = os.path.abspath(os.path.join(base, path))
    return full.startswith(os.path.abspath(base) + os.sep)
@app.get("/f")
def f():
    n = request.args.get("n", "")
    if not is_safe(BASE, n):
        abort(400)
    return send_file(os.path.join(BASE, n))
""",
    "helper-bool-bad": """
import os
from flask import Flask, request, abort, send_file
app = Flask(__name__)
BASE = "/srv/data"
def is_safe(path):
    return os.path.exists(path)
@app.get("/f")
def f():
    n = request.args.get("n", "")
    if not is_safe(BASE + n):
        abort(400)
    return send_file(BASE + n)  # expect: path-traversal
""",
    "tornado-lstrip-dots": """
import os
import tornado.web
class H(tornado.web.RequestHandler):
    def get(self):
        name = self.get_argument("n")
        if os.path.isabs(name) or ".." in name.split(os.sep):
            raise tornado.web.HTTPError(400)
        with open(os.path.join("/srv", name)) as f:
            self.write(f.read())
""",
    "listdir-check": """
import os
from flask import Flask, request, abort
app = Flask(__name__)
@app.get("/r")
def r():
    k = request.args["k"]
    if k not in os.listdir("/srv/reports"):
        abort(404)
    return open(os.path.join("/srv/reports", k)).read()
""",
    "finally-check": """
import os
from flask import Flask, request
app = Flask(__name__)
class Denied(Exception):
    pass
def guard(p):
    real = os.path.realpath(p)
    if not real.startswith("/srv/docs/"):
        raise Denied(p)
    return real
@app.get("/r")
def r():
    handle = None
    try:
        p = guard("/srv/docs/" + request.args["d"])
        handle = open(p)
        return handle.read()
    except Denied:
        return "no", 403
    finally:
        if handle:
            handle.close()
""",
    "check-not-enforced": """
import os, logging
from flask import Flask, request
app = Flask(__name__)
@app.get("/r")
def r():
    p = os.path.realpath("/srv/docs/" + request.args["d"])
    if not p.startswith("/srv/docs/"):
        logging.warning("outside")
    return open(p).read()  # expect: path-traversal
""",
    "check-before-decode": """
from urllib.parse import unquote
from flask import Flask, request, abort
app = Flask(__name__)
@app.get("/r")
def r():
    a = request.args["a"]
    if "/" in a or ".." in a:
        abort(400)
    return open("/srv/" + unquote(a)).read()  # expect: path-traversal
""",
    "rsplit-ext-bad": """
import os, uuid
from flask import Flask, request, abort
app = Flask(__name__)
ALLOWED = {"png", "jpg"}
def allowed(name):
    return "." in name and name.rsplit(".", 1)[1].lower() in ALLOWED
@app.post("/r")
def r():
    up = request.files["f"]
    if not allowed(up.filename):
        abort(400)
    up.save(os.path.join("/srv/x", up.filename))  # expect: path-traversal
    return "ok"
""",
    "enum-conv": """
import enum
from flask import Flask, request, abort
class Report(enum.Enum):
    DAY = "day"
    WEEK = "week"
app = Flask(__name__)
@app.get("/r")
def r():
    try:
        kind = Report(request.args["k"])
    except ValueError:
        abort(400)
    return open(f"/srv/{kind.value}.csv").read()
""",
}

ADDRESSES = {
    "is-safe-url": """
from urllib.parse import urlparse, urljoin
from flask import Flask, request, redirect, abort
app = Flask(__name__)
def is_safe_url(target):
    ref_url = urlparse(request.host_url)
    test_url = urlparse(urljoin(request.host_url, target))
    return test_url.scheme in ("http", "https") and ref_url.netloc == test_url.netloc
@app.get("/l")
def l():
    nxt = request.args.get("next")
    if not is_safe_url(nxt):
        return abort(400)
    return redirect(nxt or "/")
""",
    "netloc-truthy": """
from urllib.parse import urlparse
from flask import Flask, request, redirect
app = Flask(__name__)
@app.get("/l")
def l():
    nxt = request.args.get("next", "/")
    u = urlparse(nxt)
    if u.scheme or u.netloc:
        return redirect("/")
    return redirect(nxt)
""",
    "host-substr-bad": """
from urllib.parse import urlsplit
from django.http import HttpResponseRedirect
def go(request):
    url = request.GET.get("u", "")
    if "example.com" not in urlsplit(url).netloc:
        return HttpResponseRedirect("/")
    return HttpResponseRedirect(url)  # expect: open-redirect
""",
    "host-endswith-dot": """
from urllib.parse import urlsplit
from django.shortcuts import redirect
def go(request):
    url = request.GET.get("u", "")
    host = urlsplit(url).hostname or ""
    if host == "example.com" or host.endswith(".example.com"):
        return redirect(url)
    return redirect("/")
""",
    "host-endswith-bad": """
from urllib.parse import urlsplit
from django.shortcuts import redirect
def go(request):
    url = request.GET.get("u", "")
    host = urlsplit(url).hostname or ""
    if host.endswith("example.com"):
        return redirect(url)  # expect: open-redirect
    return redirect("/")
""",
    "url-start-bad": """
from django.shortcuts import redirect
def go(request):
    url = request.GET.get("u", "")
    if url.startswith("https://example.com"):
        return redirect(url)  # expect: open-redirect
    return redirect("/")
""",
    "url-start-ok": """
from django.shortcuts import redirect
def go(request):
    url = request.GET.get("u", "")
    if url.startswith("https://example.com/"):
        return redirect(url)
    return redirect("/")
""",
    "slash-bad": """
from django.shortcuts import redirect
def go(request):
    url = request.GET.get("u", "")
    if url.startswith("/"):
        return redirect(url)  # expect: open-redirect
    return redirect("/")
""",
    "slash-ok": r"""
from django.shortcuts import redirect
def go(request):
    url = request.GET.get("u", "")
    if url.startswith("/") and not url.startswith("//") and not url.startswith("/\\"):
        return redirect(url)
    return redirect("/")
""",
    "flask-path-only": r"""
from urllib.parse import urlparse
from flask import Flask, request, redirect
app = Flask(__name__)
@app.get("/l")
def l():
    t = request.args.get("next", "/").replace("\\", "")
    if not urlparse(t).netloc and not urlparse(t).scheme:
        return redirect(t)
    return redirect("/")
""",
    "flask-regex-unanch": r"""
import re
from flask import Flask, request, redirect
app = Flask(__name__)
@app.get("/l")
def l():
    t = request.args.get("next", "/")
    if re.match(r"https://([a-z]+\.)?example.com", t):
        return redirect(t)  # expect: open-redirect
    return redirect("/")
""",
    "ssrf-host-in": """
import requests
from urllib.parse import urlparse
from flask import Flask, request, abort
app = Flask(__name__)
ALLOWED = ("api.example.com", "cdn.example.com")
def validate(url):
    parsed = urlparse(url)
    if parsed.scheme not in ("http", "https"):
        raise ValueError("scheme")
    if parsed.hostname not in ALLOWED:
        raise ValueError("host")
@app.get("/p")
def p():
    u = request.args["u"]
    try:
        validate(u)
    except ValueError as e:
        abort(400, str(e))
    return requests.get(u, allow_redirects=False).text
""",
    "ssrf-scheme-only": """
import requests
from urllib.parse import urlparse
from flask import Flask, request, abort
app = Flask(__name__)
@app.get("/p")
def p():
    u = request.args["u"]
    if urlparse(u).scheme not in ("http", "https"):
        abort(400)
    return requests.get(u).text  # expect: server-side-request-forgery
""",
    "ssrf-host-denylist": """
import requests
from urllib.parse import urlparse
from flask import Flask, request, abort
app = Flask(__name__)
@app.get("/p")
def p():
    u = request.args["u"]
    if urlparse(u).hostname in ("localhost", "127.0.0.1"):
        abort(400)
    return requests.get(u).text  # expect: server-side-request-forgery
""",
    "ssrf-private-ip": """
import ipaddress, socket, requests
from urllib.parse import urlparse
from flask import Flask, request, abort
app = Flask(__name__)
def public(url):
    host = urlparse(url).hostname
    ip = ipaddress.ip_address(socket.gethostbyname(host))
    return not (ip.is_private or ip.is_loopback or ip.is_link_local)
@app.get("/p")
def p():
    u = request.args["u"]
    if not public(u):
        abort(400)
    return requests.get(u, allow_redirects=False).text
""",
    "ssrf-urljoin-path": """
import requests
from urllib.parse import urljoin, quote
from flask import Flask, request, abort
app = Flask(__name__)
@app.get("/p")
def p():
    return requests.get(urljoin("https://api.example.com/", quote(request.args['u'], safe=""))).text
""",
    "ssrf-base-url": """
import requests
from urllib.parse import urljoin
from flask import Flask, request, abort
app = Flask(__name__)
@app.get("/p")
def p():
    return requests.get(urljoin("https://api.example.com/", request.args['u'])).text  # expect: server-side-request-forgery
""",
    "ssrf-urlunparse": """
import requests
from urllib.parse import urlparse, urlunparse
from flask import Flask, request, abort
app = Flask(__name__)
@app.get("/p")
def p():
    u = urlparse(request.args["u"])
    return requests.get(urlunparse(("https", "api.example.com", u.path, "", u.query, ""))).text
""",
    "ssrf-replace": """
import requests
from urllib.parse import urlparse, urlunparse
from flask import Flask, request, abort
app = Flask(__name__)
@app.get("/p")
def p():
    u = urlparse(request.args["u"])._replace(scheme="https", netloc="api.example.com")
    return requests.get(u.geturl()).text
""",
    "ssrf-regex-label": r"""
import re, requests
from flask import Flask, request, abort
app = Flask(__name__)
@app.get("/p")
def p():
    r = request.args["r"]
    if not re.fullmatch(r"[a-z]{2}-[a-z]+-\d", r):
        abort(400)
    return requests.get(f"https://{r}.example.com/x").text
""",
    "ssrf-allow-startswith": """
import requests
from flask import Flask, request, abort
app = Flask(__name__)
PREFIXES = ("https://a.example.com/", "https://b.example.com/")
@app.get("/p")
def p():
    u = request.form["u"]
    if not u.startswith(PREFIXES):
        abort(400)
    return requests.get(u).text
""",
    "ssrf-allow-any-prefix": """
import requests
from flask import Flask, request, abort
app = Flask(__name__)
PREFIXES = ["https://a.example.com/", "https://b.example.com/"]
@app.get("/p")
def p():
    u = request.form["u"]
    if not any(u.startswith(x) for x in PREFIXES):
        abort(400)
    return requests.get(u).text
""",
    "ssrf-allow-any-prefix-bad": """
import requests
from flask import Flask, request, abort
app = Flask(__name__)
PREFIXES = ["https://a.example.com", "https://b.example.com"]
@app.get("/p")
def p():
    u = request.form["u"]
    if not any(u.startswith(x) for x in PREFIXES):
        abort(400)
    return requests.get(u).text  # expect: server-side-request-forgery
""",
    "ssrf-host-any-suffix": """
import requests
from urllib.parse import urlparse
from flask import Flask, request, abort
app = Flask(__name__)
DOMAINS = ["example.com", "example.org"]
def ok(url):
    host = urlparse(url).hostname
    return any(host == d or host.endswith("." + d) for d in DOMAINS)
@app.get("/p")
def p():
    u = request.form["u"]
    if not ok(u):
        abort(400)
    return requests.get(u).text
""",
    "ssrf-loop-return": """
import requests
from urllib.parse import urlparse
from flask import Flask, request, abort
app = Flask(__name__)
DOMAINS = ["example.com", "example.org"]
def ok(url):
    host = urlparse(url).netloc
    for d in DOMAINS:
        if host == d:
            return True
    return False
@app.get("/p")
def p():
    u = request.form["u"]
    if not ok(u):
        abort(400)
    return requests.get(u).text
""",
    "config-hosts": """
import requests
from urllib.parse import urlparse
from flask import Flask, request, abort, current_app
app = Flask(__name__)
@app.get("/p")
def p():
    u = request.form["u"]
    if urlparse(u).hostname not in current_app.config["HOSTS"]:
        abort(400)
    return requests.get(u).text
""",
}

SCRIPTS = {
    "ex-prefix-nosep": """
const express = require('express'); const path = require('path'); const fs = require('fs');
const app = express();
const ROOT = path.join(__dirname, 'files');
app.get('/f', (req, res) => {
  const p = path.join(ROOT, req.query.name);
  if (!p.startsWith(ROOT)) { return res.status(403).end(); }
  res.sendFile(p); // expect: path-traversal
});
""",
    "ex-prefix-sep": """
const express = require('express'); const path = require('path'); const fs = require('fs');
const app = express();
const ROOT = path.join(__dirname, 'files');
app.get('/f', (req, res) => {
  const p = path.join(ROOT, req.query.name);
  if (!p.startsWith(ROOT + path.sep)) { return res.status(403).end(); }
  fs.createReadStream(p).pipe(res);
});
""",
    "ex-relative": """
import express from 'express'; import path from 'node:path'; import { promises as fs } from 'fs';
const app = express();
const ROOT = path.resolve('files');
function inside(base: string, target: string): boolean {
  const rel = path.relative(base, target);
  return !!rel && !rel.startsWith('..') && !path.isAbsolute(rel);
}
app.get('/f/:name', async (req, res) => {
  const p = path.resolve(ROOT, req.params.name);
  if (!inside(ROOT, p)) { res.sendStatus(403); return; }
  res.send(await fs.readFile(p));
});
""",
    "ex-relative-throw": """
const path = require('path'); const fs = require('fs'); const express = require('express');
const app = express();
const safe = (base, name) => {
  const full = path.join(base, name);
  const rel = path.relative(base, full);
  if (rel.startsWith('..' + path.sep) || rel === '..' || path.isAbsolute(rel)) throw new Error('no');
  return full;
};
app.get('/x', (req, res, next) => {
  try { res.send(fs.readFileSync(safe('/srv/data', req.query.f), 'utf8')); } catch (e) { next(e); }
});
""",
    "ex-normalize-replace": r"""
const path = require('path'); const fs = require('fs'); const express = require('express');
const app = express();
app.get('/x', (req, res) => {
  const n = path.normalize(req.query.f).replace(/^(\.\.(\/|\\|$))+/, '');
  res.send(fs.readFileSync(path.join('/srv/data', n)));
});
""",
    "ex-replace-dots": """
const path = require('path'); const fs = require('fs'); const express = require('express');
const app = express();
app.get('/x', (req, res) => {
  const n = req.query.f.replace('../', '');
  res.send(fs.readFileSync(path.join('/srv/data', n))); // expect: path-traversal
});
""",
    "ex-includes-resolve": """
const path = require('path'); const fs = require('fs'); const express = require('express');
const app = express();
app.get('/x', (req, res) => {
  const f = req.query.f;
  if (f.includes('..') ) return res.status(400).send('bad');
  res.send(fs.readFileSync(path.resolve('/srv/data', f))); // expect: path-traversal
});
""",
    "ex-indexof-zero": """
const path = require('path'); const fs = require('fs'); const express = require('express');
const app = express();
app.get('/x', (req, res) => {
  const p = path.join('/srv/data/', req.query.f);
  if (p.indexOf('/srv/data/') !== 0) { res.status(400).send('bad'); return; }
  fs.readFile(p, (err, d) => res.send(d));
});
""",
    "ex-allow-object": """
const fs = require('fs'); const express = require('express');
const app = express();
const FILES = { a: '/srv/a.txt', b: '/srv/b.txt' };
app.get('/x', (req, res) => {
  const p = FILES[req.query.f];
  if (!p) return res.sendStatus(404);
  res.send(fs.readFileSync(p));
});
""",
    "split-dots": """
const fs = require('fs'); const path = require('path'); const express = require('express');
const app = express();
app.get('/z', (req, res) => {
  const f = req.query.f;
  if (f.split('/').includes('..')) return res.sendStatus(400);
  res.send(fs.readFileSync('/srv/' + f));
});
""",
    "some-prefix": """
const fs = require('fs'); const path = require('path'); const express = require('express');
const app = express();
const ROOTS = ['/srv/a/', '/srv/b/'];
app.get('/z', (req, res) => {
  const f = path.resolve('/srv', req.query.f);
  if (!ROOTS.some((r) => f.startsWith(r))) return res.sendStatus(400);
  res.send(fs.readFileSync(f));
});
""",
    "realpath-ok": """
const fs = require('fs'); const path = require('path'); const express = require('express');
const app = express();
const BASE = fs.realpathSync('/srv/base');
app.get('/z', async (req, res) => {
  const f = await fs.promises.realpath(path.resolve(BASE, req.query.f));
  if (f !== BASE && !f.startsWith(BASE + path.sep)) return res.sendStatus(400);
  res.send(fs.readFileSync(f));
});
""",
    "middleware-check": """
const fs = require('fs'); const path = require('path'); const express = require('express');
const app = express();
function check(req, res, next) {
  if (!/^[a-z]+$/.test(req.params.name)) return res.sendStatus(400);
  next();
}
app.get('/z/:name', check, (req, res) => {
  res.send(fs.readFileSync('/srv/' + req.params.name));
});
""",
    "koa-throw-ok": """
const Koa = require('koa'); const fs = require('fs'); const path = require('path');
const app = new Koa();
app.use(async (ctx) => {
  const p = path.resolve('/srv/files', '.' + path.sep + ctx.query.f);
  if (!p.startsWith('/srv/files/')) ctx.throw(403);
  ctx.body = fs.createReadStream(p);
});
""",
}


def _check(code: str, name: str) -> None:
    expected = {
        (number, line.split("expect: ")[1].strip()) for number, line in enumerate(code.splitlines(), 1) if "expect: " in line
    }
    assert {found for found in findings(code, name) if found[1] in _KINDS} == expected


@pytest.mark.parametrize("code", [*PATHS.values(), *ADDRESSES.values()], ids=[*PATHS, *ADDRESSES])
def test_checks_in_python(code: str) -> None:
    _check(code, "main.py")


@pytest.mark.parametrize("code", SCRIPTS.values(), ids=SCRIPTS)
def test_checks_in_javascript(code: str) -> None:
    _check(code, "main.ts")


PERHAPS_RESOLVED = """
from pathlib import Path
from flask import Flask, request, send_file

app = Flask(__name__)

@app.get("/resolved")
def resolved():
    path = Path(request.args["name"]).resolve()
    path.relative_to("/srv/files")
    return send_file(path)

@app.get("/perhaps")
def perhaps():
    path = Path(request.args["name"])
    if not path.is_absolute():
        path = path.resolve()
    path.relative_to("/srv/files")
    return send_file(path)  # expect: path-traversal

@app.get("/begins")
def begins():
    path = Path(request.args["name"])
    if not path.is_absolute():
        path = path.resolve()
    if not str(path).startswith("/srv/files/"):
        return ""
    return send_file(path)  # expect: path-traversal
"""


def test_a_path_that_is_in_its_normal_form_only_perhaps_is_not_kept_in_a_folder() -> None:
    marked(PERHAPS_RESOLVED)


def test_models_of_pydantic_convert_and_check_their_fields() -> None:
    marked("""
        import os
        import re
        from flask import request
        from pydantic import BaseModel, Field, field_validator

        WORD = re.compile(r"[a-z][a-z0-9.]*", re.IGNORECASE)

        class Query(BaseModel):
            number: int
            login: str = Field(max_length=64)
            begun: str
            free: str

            @field_validator("login")
            @classmethod
            def check_login(cls, value):
                if not WORD.fullmatch(value):
                    raise ValueError("not a login")
                return value.lower()

            @field_validator("begun")
            @classmethod
            def check_begun(cls, value):
                if not WORD.match(value):
                    raise ValueError("not a login")
                return value

        class Views:
            schema = Query
            def parsed(self):
                query = self.schema.model_validate(request.json)
                os.system("id " + query.login)
                os.system(f"id {query.number}")
                os.system("id " + query.begun)  # expect: command-injection
                os.system("id " + query.free)  # expect: command-injection

        def made():
            query = Query(number=request.args["a"], login=request.args["b"], begun=request.args["c"], free=request.args["d"])
            os.system(f"id {query.number} {query.login}")
            os.system("id " + query.begun)  # expect: command-injection

        def spread():
            query = Query(**request.json)
            os.system(f"id {query.number} {query.login}")
            os.system("id " + query.free)  # expect: command-injection
    """)
