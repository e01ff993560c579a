function math_random(req, res) {
  const resetToken = Math.random().toString(36); // expect: weak-randomness
}

function random_keys(links, page) {
  links[Math.random().toString(36)] = page; // expect: weak-randomness
}

function named_values() {
  const apiKey = Math.random().toString(36).slice(2); // expect: weak-randomness
  const delay = Math.random() * 100;
  return delay;
}

function eval_text(req, res) {
  eval(req.query.code); // expect: code-injection
}

function function_text(req, res) {
  return new Function('a', req.query.body); // expect: code-injection
}

function timer_text(req, res) {
  setTimeout('refresh("' + req.query.id + '")', 100); // expect: code-injection
}

function fetch_address(req, res) {
  return fetch(req.query.url); // expect: server-side-request-forgery
}

function import_name(req, res) {
  return require(req.query.plugin); // expect: code-injection
}

function import_data(req, res) {
  return require('./themes/' + req.query.theme + '/theme.json'); // expect: path-traversal
}

function key_path(req, res) {
  const settings = {};
  settings[req.body.section][req.body.key] = req.body.value; // expect: prototype-pollution
}

function asked(req, res) {
  const reply = fetch('https://example.com/?q=' + encodeURIComponent(req.query.q));
  const answer = reply;
  res.send('<p>' + (answer.text()) + '</p>');
}

function encode_component(req, res) {
  res.send('<a href="/find?q=' + encodeURIComponent(req.query.q) + '">again</a>');
}

function encode_uri(req, res) {
  res.send('<a href="' + '/docs/' + encodeURI(req.query.q) + '">again</a>');
}

function escape_old(req, res) {
  res.send('<b>' + escape(req.query.q) + '</b>');
}

function number(req, res) {
  eval('price * ' + Number(req.query.count));
}

function boolean(req, res) {
  res.send('<b>' + Boolean(req.query.q) + '</b>');
}

function date(req, res) {
  res.send('<b>' + new Date(req.query.day) + '</b>');
}

function same_text(req, res) {
  const id = String(req.query.id);
  if (/^[a-z]+$/.test(req.query.id)) {
    eval('run_' + id);
  }
}

function object_assign(req, res) {
  const settings = {};
  Object.assign(settings, req.body);
  eval(settings.code); // expect: code-injection
}

function url_host(req, res) {
  const target = new URL(req.query.url);
  if (['example.com', 'www.example.com'].includes(target.hostname)) {
    fetch(target);
  }
}

function url_origin(req, res) {
  const target = new URL(req.query.url);
  if (target.origin === 'https://example.com') {
    fetch(target.href);
  }
}

function url_scheme(link) {
  const target = new URL(location.hash.slice(1));
  if (['http:', 'https:'].includes(target.protocol)) {
    document.getElementById('more').href = target.href;
  }
}

function cookie_header(headers, sid) {
  headers['Set-Cookie'] = `sid=${sid}; HttpOnly`; // expect: insecure-cookie
  headers.append('Set-Cookie', `sid=${sid}; HttpOnly; Secure`);
}

function cookie_headers(start, sid) {
  start({ 'Set-Cookie': ['sid=' + sid] }); // expect: insecure-cookie
}
