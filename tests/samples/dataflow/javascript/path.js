const path = require('path');
const fs = require('fs');
const isPathInside = require('path-is-inside');
const ROOT = '/srv/files';

function resolved(req, res) {
  const file = path.resolve(ROOT, req.query.name);
  if (file.startsWith(ROOT + path.sep)) {
    fs.readFile(file, () => {});
  }
}

function joined(req, res) {
  const file = path.join('/srv/files', req.query.name);
  if (file.startsWith('/srv/files/')) {
    fs.readFile(file, () => {});
  }
}

function last_component(req, res) {
  fs.readFile('/srv/files/' + path.basename(req.query.name), () => {});
}

function ending(req, res) {
  fs.readFile('/srv/files/icon' + path.extname(req.query.name), () => {});
}

function parsed_name(req, res) {
  fs.readFile('/srv/files/' + path.parse(req.query.name).base, () => {});
}

function inside(req, res) {
  const file = path.join(ROOT, req.query.name);
  if (isPathInside(file, ROOT)) {
    fs.readFile(file, () => {});
  }
}
