const fs = require('fs');
const promises = require('fs/promises');
const extra = require('fs-extra');
const readline = require('readline');

function file_path(req, res) {
  fs.readFile('/srv/files/' + req.query.name, () => {}); // expect: path-traversal
}

async function promised_path(req, res) {
  await promises.writeFile('/srv/files/' + req.query.name, 'x'); // expect: path-traversal
}

function target_path(req, res) {
  fs.copyFileSync('/srv/default.txt', '/srv/files/' + req.query.name); // expect: path-traversal
}

async function extra_path(req, res) {
  await extra.remove('/srv/files/' + req.query.name); // expect: path-traversal
}

async function extra_target(req, res) {
  await extra.move('/srv/upload', '/srv/files/' + req.query.name); // expect: path-traversal
}

function tool_path(req, res) {
  require('rimraf')('/srv/files/' + req.query.name); // expect: path-traversal
}

function loaded_module(req, res) {
  process.dlopen(module, req.query.addon); // expect: code-injection
}

function resolved_links(req, res) {
  const file = fs.realpathSync('/srv/files/' + req.query.name);
  if (file.startsWith('/srv/files/')) {
    fs.unlinkSync(file);
  }
}

function content(req, res) {
  const text = fs.readFileSync('/srv/files/' + encodeURIComponent(req.query.name) + '.html', 'utf8');
  res.send('<p>' + text + '</p>');
}
