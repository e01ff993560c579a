'use strict';

const { randomUUID } = require('node:crypto');
const { writeFile, mkdir } = require('node:fs/promises');
const path = require('node:path');
const express = require('express');
const multer = require('multer');

const app = express();
const upload = multer({ storage: multer.memoryStorage(), limits: { fileSize: 2_000_000 } });

const INBOX = path.resolve('inbox');
const FORMATS = ['csv', 'gpx', 'fit'];

function storedName(file, format) {
  const stem = path.basename(file.originalname, path.extname(file.originalname));
  const label = stem.replace(/[^\w-]+/g, '_').slice(0, 40);
  const extension = format || 'bin';
  return `${randomUUID()}-${label}.${extension}`;
}

app.post('/tracks', upload.single('track'), async (req, res, next) => {
  if (!req.file) {
    return res.status(400).json({ error: 'track missing' });
  }
  const format = typeof req.body.format === 'string' ? req.body.format.toLowerCase() : '';
  const target = path.join(INBOX, storedName(req.file, format));
  try {
    await mkdir(INBOX, { recursive: true });
    await writeFile(target, req.file.buffer, { flag: 'wx' });
    return res.status(201).json({ bytes: req.file.size });
  } catch (err) {
    return next(err);
  }
});

app.listen(3000);
