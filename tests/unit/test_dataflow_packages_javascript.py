"""What the code of real packages showed of JavaScript: causes of false and missing findings, each as a small program."""

from __future__ import annotations

from tests.fakes.dataflow import analysed, marked


def test_an_option_that_keeps_its_own_function() -> None:
    marked(
        """
        const app = require('express')();
        const { exec } = require('child_process');
        function batch(command, options) {
          options = options || {};
          options.done = typeof options.done === 'function' ? options.done : function () {};
          if (options.done(1)) return;
          exec(command); // expect: command-injection
        }
        app.get('/run', (req, res) => {
          batch(req.query.command);
          batch(req.query.command, req.app.settings);
        });
        """,
        "main.js",
    )


def test_steps_stand_in_the_files_that_they_are_in() -> None:
    found = analysed(
        """
        const { run } = require('./flow');
        require('express')().post('/a', (req, res) => run(req.body));
        """,
        "page.js",
        flow_js="""
        const { exec } = require('child_process');
        // a
        // few
        // lines
        const run = ({ command, folder }, options = command) => {
          exec(command, { cwd: folder });
        };
        exports.run = run;
        """,
    )
    (flow,) = found.flows
    assert [(place.path, place.span.line) for place in flow.trace] == [("page.js", 3), ("flow.js", 6), ("flow.js", 7)]


def test_what_compiled_code_awaits() -> None:
    marked(
        """
        const lib_1 = require('some-library');
        const { execSync } = require('child_process');
        const app = require('express')();
        async function shell(text) { return text; }
        exports.shell = shell;
        function found(name) { return lib_1.find(name); }
        app.get('/a', async (req, res) => { res.send(await (0, lib_1.find)(req.query.name)); });
        app.get('/b', async (req, res) => { res.send((await (0, lib_1.find)(req.query.name)).text); });
        app.get('/c', async (req, res) => { res.send(await (0, lib_1.load)(req.query.name)); });
        app.get('/d', async (req, res) => { res.send(await found(req.query.name)); });
        app.get('/e', async (req, res) => { execSync(await (0, exports.shell)(req.query.name)); }); // expect: command-injection
        app.get('/f', async (req, res) => { execSync((await (async () => req.query.name)()).x); }); // expect: command-injection
        app.get('/g', async (req, res) => { res.send(lib_1.find(req.query.name)); }); // expect: cross-site-scripting
        """,
        "main.js",
    )


def test_an_address_without_its_checked_beginning() -> None:
    marked(
        """
        const app = require('express')();
        const base = 'http://dummy.local';
        function own(to) {
          const parsed = new URL(to, base);
          if (parsed.host !== new URL(base).host) throw new Error('no');
          return parsed.toString().replace(base, '');
        }
        app.get('/a', (req, res) => res.redirect(own(req.query.to))); // expect: open-redirect
        app.get('/b', (req, res) => {
          const parsed = new URL(req.query.to, base);
          if (parsed.origin !== base) return res.sendStatus(400);
          res.redirect(parsed.href.slice(base.length)); // expect: open-redirect
        });
        app.get('/c', (req, res) => {
          const parsed = new URL(req.query.to, base);
          if (parsed.host !== 'dummy.local') return res.sendStatus(400);
          res.redirect(parsed.toString());
        });
        app.get('/d', (req, res) => {
          if (!['a-b', 'c-d'].includes(req.query.to)) return res.sendStatus(400);
          res.redirect(req.query.to.slice(2));
        });
        """,
        "main.js",
    )


def test_cookies_whose_protection_the_environment_decides() -> None:
    marked(
        """
        const app = require('express')();
        const Cookies = require('cookies');
        const secure = process.env.SECURE === 'false' ? false : process.env.SECURE === 'true' ? true : false;
        const never = process.env.SECURE ? false : undefined;
        app.get('/a', (req, res) => res.cookie('token', 'x', { secure }).end());
        app.get('/b', (req, res) => res.cookie('token', 'x', { secure: never }).end()); // expect: insecure-cookie
        app.get('/c', (req, res) => {
          const jar = new Cookies(req, res, { keys: ['k'], secure: true });
          jar.set('session', 'x', { signed: true });
        });
        app.get('/d', (req, res) => {
          const jar = new Cookies(req, res, { keys: ['k'] });
          jar.set('session', null, { signed: true });
          jar.set('session', 'x', { signed: true }); // expect: insecure-cookie
        });
        """,
        "main.js",
    )


def test_a_name_beside_a_place_of_an_upload() -> None:
    marked(
        """
        const fs = require('fs');
        const app = require('express')();
        const upload = require('multer')({ dest: '/tmp/up' });
        app.post('/a', upload.single('f'), (req, res) => {
          req.file = req.file || {};
          req.file.name = req.file.originalname;
          fs.readFileSync(req.file.path);
          fs.readFileSync(req.file.name); // expect: path-traversal
        });
        """,
        "main.js",
    )


def test_what_is_saved_is_no_page() -> None:
    marked(
        """
        const app = require('express')();
        app.get('/a', (req, res) => {
          res.setHeader('Content-Disposition', 'attachment; filename="x"');
          res.send('<b>' + req.query.name);
        });
        app.get('/b', (req, res) => {
          res.setHeader('Content-Disposition', 'inline; filename="x"');
          res.send('<b>' + req.query.name); // expect: cross-site-scripting
        });
        """,
        "main.js",
    )


def test_keys_that_the_written_object_has() -> None:
    marked(
        """
        const app = require('express')();
        function clean(obj) {
          const stack = [obj];
          while (stack.length) {
            const current = stack.pop();
            for (const key in current) {
              const value = current[key];
              if (typeof value === 'string') current[key] = value.replace(/x/g, '');
              else if (value && typeof value === 'object') stack.push(value);
            }
          }
          return obj;
        }
        app.post('/a', (req, res) => res.json(clean(req.body)));
        function down(obj) {
          for (const key of Object.keys(obj)) {
            if (typeof obj[key] === 'string') obj[key] = obj[key].trim();
            else down(obj[key]);
          }
          for (const [key, value] of Object.entries(obj)) obj[key] = down(value);
        }
        app.post('/b', (req, res) => { down(req.body); res.json(req.body); });
        function merge(into, from) {
          for (const key in from) {
            if (typeof from[key] === 'object') merge(into[key], from[key]);
            else into[key] = from[key]; // expect: prototype-pollution
          }
        }
        app.post('/c', (req, res) => { merge({}, req.body); res.end(); });
        app.post('/d', (req, res) => {
          req.body[req.body.first][req.body.second] = 1; // expect: prototype-pollution
          res.end();
        });
        """,
        "main.js",
    )


def test_paths_whose_normal_form_does_not_climb() -> None:
    marked(
        """
        const path = require('path');
        const fs = require('fs');
        const app = require('express')();
        app.get('/a/:file', (req, res) => {
          const p = path.normalize(req.params.file);
          if (p.startsWith('..')) return res.sendStatus(403);
          fs.readFile(path.join('/srv/files', p), () => {});
          fs.readFile(path.resolve('/srv/files', p), () => {}); // expect: path-traversal
          fs.readFile(p, () => {}); // expect: path-traversal
        });
        app.get('/b/:file', (req, res) => {
          const p = path.normalize(req.params.file);
          if (p.split(path.sep)[0] === '..') return res.sendStatus(403);
          fs.readFile(path.join('/srv/files', p), () => {});
        });
        app.get('/c/:file', (req, res) => {
          const p = path.normalize('/' + req.params.file);
          fs.readFile(path.join('/srv/files', p), () => {});
          fs.readFile('/srv/files' + p, () => {});
          fs.readFile(p, () => {}); // expect: path-traversal
        });
        app.get('/d/:file', (req, res) => {
          const p = path.normalize('/srv/' + req.params.file);
          fs.readFile(p, () => {}); // expect: path-traversal
          if (p.startsWith('..')) return;
          fs.readFile(p, () => {}); // expect: path-traversal
        });
        app.get('/e/:file', (req, res) => {
          if (req.params.file.startsWith('..')) return res.sendStatus(403);
          fs.readFile(path.join('/srv/files', req.params.file), () => {}); // expect: path-traversal
        });
        """,
        "main.js",
    )


def test_each_place_in_a_text_is_judged_by_itself() -> None:
    marked(
        """
        const app = require('express')();
        app.get('/a/:id', (req, res) => {
          const to = encodeURIComponent(req.params.id);
          res.send(`<a href="${to}">${to}</a><b title="${to}"></b>`);
        });
        app.get('/b/:id', (req, res) => {
          const name = req.params.id.replace(/</g, '&lt;');
          res.send(`<b>${name}</b><i>${name}</i>`);
        });
        app.get('/c/:id', (req, res) => {
          const name = req.params.id.replace(/</g, '&lt;');
          res.send(`<b>${name}</b><i title="${name}"></i>`); // expect: cross-site-scripting
        });
        app.get('/d/:id', (req, res) => {
          const rest = new URL(req.url, 'http://own.invalid').search;
          res.redirect(encodeURIComponent(req.params.id) + rest);
        });
        app.get('/e/:id', (req, res) => {
          const { search, pathname } = new URL(req.url, 'http://own.invalid');
          res.send(`<a href="x${search}">${pathname}</a>`);
          res.redirect(pathname); // expect: open-redirect
        });
        app.get('/f/:id', (req, res) => {
          res.redirect(new URL(req.url, 'http://own.invalid').searchParams.get('to')); // expect: open-redirect
        });
        """,
        "main.js",
    )


def test_an_address_that_begins_like_one_of_ours() -> None:
    found = analysed(
        """
        const app = require('express')();
        const settings = require('settings');
        app.get('/a', (req, res) => {
          const site = settings.getSiteUrl();
          if (req.query.r.startsWith(site)) return res.redirect(req.query.r);
        });
        app.get('/b', (req, res) => {
          const site = settings.getSiteUrl() + '/';
          if (req.query.r.startsWith(site)) return res.redirect(req.query.r);
        });
        app.get('/c', (req, res) => {
          if (req.query.r.startsWith(req.query.site)) return res.redirect(req.query.r);
        });
        """,
        "main.js",
    )
    assert [(flow.sink.span.line, str(flow.confidence)) for flow in found.flows] == [(6, "possible"), (13, "certain")]


def test_what_a_promise_is_rejected_with() -> None:
    marked(
        """
        const fs = require('fs');
        const app = require('express')();
        function read(req) {
          if (!req.is('multipart/form-data')) return Promise.reject(new Error('unsupported ' + req.headers['content-type']));
          return Promise.resolve({ name: '/srv/fixed', other: req.body.other });
        }
        app.post('/a', async (req, res) => {
          const { name, other } = await read(req);
          fs.readFileSync(name);
          fs.readFileSync(other); // expect: path-traversal
        });
        """,
        "main.js",
    )


def test_names_of_hosts_below_a_domain() -> None:
    marked(
        r"""
        const axios = require('axios');
        const app = require('express')();
        app.post('/a', async (req, res) => {
          if (!/^[a-z0-9-]+\.own\.com$/.test(req.body.domain)) return res.sendStatus(400);
          await axios.post(`https://${req.body.domain}/token`, {});
        });
        app.post('/b', async (req, res) => {
          if (!/^[a-z0-9-]+\.own\.com/.test(req.body.domain)) return res.sendStatus(400);
          await axios.post(`https://${req.body.domain}/token`, {}); // expect: server-side-request-forgery
        });
        app.post('/c', async (req, res) => {
          if (!/^.+\.own\.com$/.test(req.body.domain)) return res.sendStatus(400);
          await axios.post(`https://${req.body.domain}/token`, {}); // expect: server-side-request-forgery
        });
        app.post('/d', async (req, res) => {
          if (!/^[a-z0-9.-]+$/.test(req.body.domain)) return res.sendStatus(400);
          await axios.post(`https://${req.body.domain}/token`, {}); // expect: server-side-request-forgery
        });
        app.post('/e', async (req, res) => {
          if (!/^[a-z]+own\.com$/.test(req.body.domain)) return res.sendStatus(400);
          await axios.post(`https://${req.body.domain}/token`, {}); // expect: server-side-request-forgery
        });
        """,
        "main.js",
    )


def test_only_addresses_of_the_web_have_encoded_paths() -> None:
    marked(
        """
        const app = require('express')();
        const database = require('mysql').createConnection({});
        app.get('/a', (req, res) => {
          const address = new URL(req.query.address); // javascript:<script>...
          res.send(`<b>${address.pathname}</b>`); // expect: cross-site-scripting
          res.send(`<b>${address.hash}</b>`);
          database.query(`SELECT * FROM t WHERE a = '${address.search}'`); // expect: sql-injection
        });
        app.get('/b', (req, res) => {
          const address = new URL('https://example.com/' + req.query.address);
          res.send(`<b>${address.pathname}</b>`);
        });
        """,
        "main.js",
    )


def test_a_program_goes_on_behind_a_rejected_promise() -> None:
    marked(
        """
        const app = require('express')();
        app.get('/a', (req, res) => {
          const failed = Promise.reject(new Error('no'));
          failed.catch(() => {});
          res.send(req.query.a); // expect: cross-site-scripting
        });
        app.get('/b', async (req, res) => {
          await Promise.reject(new Error('no'));
          res.send(req.query.b);
        });
        """,
        "main.js",
    )
