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
