const crypto = require('node:crypto');
const express = require('express');
const multer = require('multer');
const verdicts = require('./verdicts');
const scanner = require('./scanner');

const app = express();
const upload = multer({ storage: multer.memoryStorage(), limits: { fileSize: 20 * 1024 * 1024 } });

function digest(value, { algorithm = 'md5', encoding = 'hex' } = {}) {
  return crypto.createHash(algorithm).update(value).digest(encoding);
}

const VERDICT_KEY = {
  algorithm: 'sha256',
  encoding: 'base64url',
};

async function isClean(buffer) {
  const key = digest(buffer, VERDICT_KEY);
  const known = await verdicts.get(key);
  if (known !== undefined) {
    return known === 'clean';
  }
  const clean = await scanner.scan(buffer);
  await verdicts.put(key, clean ? 'clean' : 'infected');
  return clean;
}

app.post('/attachments', upload.single('file'), async (req, res, next) => {
  try {
    if (!req.file || !(await isClean(req.file.buffer))) {
      return res.status(422).json({ error: 'the file was refused' });
    }
    return res.status(201).json({ bytes: req.file.size });
  } catch (err) {
    return next(err);
  }
});

app.listen(3000);
