const formidable = require('formidable');
const busboy = require('busboy');
const fs = require('fs');

async function awaited_field(req, res) {
  const form = await formidable().parse(req);
  eval(form[0].code); // expect: code-injection
}

function file_name(req, res) {
  formidable().parse(req, (err, fields, files) => {
    fs.copyFileSync(files.photo.filepath, '/srv/files/' + files.photo.originalFilename); // expect: path-traversal
  });
}

function stream_name(req, res) {
  const form = busboy({ headers: req.headers });
  form.on('file', (field, stream, info) => {
    stream.pipe(fs.createWriteStream('/srv/files/' + info.filename)); // expect: path-traversal
  });
}

function entry_name(req, res) {
  const Zip = require('adm-zip');
  for (const entry of new Zip('/srv/upload.zip').getEntries()) {
    fs.writeFileSync('/srv/files/' + entry.entryName, entry.getData()); // expect: path-traversal
  }
}

function field(req, res) {
  formidable().parse(req, (err, fields, files) => {
    eval(fields.code); // expect: code-injection
  });
}

function streamed_field(req, res) {
  const form = busboy({ headers: req.headers });
  form.on('field', (name, value) => {
    eval(value); // expect: code-injection
  });
}

async function piped_entry(req, res) {
  const unzipper = require('unzipper');
  for await (const entry of req.pipe(unzipper.Parse({ forceStream: true }))) {
    entry.pipe(fs.createWriteStream('/srv/files/' + entry.path)); // expect: path-traversal
  }
}

function streamed_entry(req, res) {
  const extract = require('tar-stream').extract();
  extract.on('entry', (header, stream) => {
    stream.pipe(fs.createWriteStream('/srv/files/' + header.name)); // expect: path-traversal
  });
  req.pipe(extract);
}

function opened_archive(req, res) {
  const yauzl = require('yauzl');
  yauzl.open('/srv/upload.zip', (error, archive) => {
    archive.on('entry', (entry) => {
      fs.mkdirSync('/srv/files/' + entry.fileName); // expect: path-traversal
    });
  });
}
