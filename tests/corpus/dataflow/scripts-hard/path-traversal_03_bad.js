'use strict';

const fs = require('node:fs/promises');
const path = require('node:path');
const express = require('express');
const multer = require('multer');
const AdmZip = require('adm-zip');

const upload = multer({ storage: multer.memoryStorage(), limits: { fileSize: 5 << 20 } });
const THEMES = '/var/lib/site/themes/incoming';

async function unpack(buffer) {
  const zip = new AdmZip(buffer);
  const written = [];
  for (const entry of zip.getEntries()) {
    if (entry.isDirectory) {
      continue;
    }
    const target = path.resolve(THEMES, entry.entryName);
    if (!['.css', '.png', '.html'].includes(path.extname(target))) {
      continue;
    }
    await fs.mkdir(path.dirname(target), { recursive: true });
    await fs.writeFile(target, entry.getData());
    written.push(target);
  }
  return written.length;
}

const app = express();

app.post('/themes', upload.single('archive'), async (req, res, next) => {
  try {
    res.json({ files: await unpack(req.file.buffer) });
  } catch (err) {
    next(err);
  }
});

app.listen(3000);
