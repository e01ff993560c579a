const express = require('express');
const multer = require('multer');
const AdmZip = require('adm-zip');
const fs = require('node:fs/promises');
const path = require('node:path');

const upload = multer({ storage: multer.memoryStorage(), limits: { fileSize: 5 * 1024 * 1024 } });
const app = express();

const THEMES = path.resolve('themes');
const KEEP = new Set(['.css', '.svg', '.woff2', '.json']);

function* files(zip) {
  for (const entry of zip.getEntries()) {
    if (!entry.isDirectory && KEEP.has(path.extname(entry.entryName))) {
      yield [entry.entryName, entry.getData()];
    }
  }
}

async function unpack(buffer, folder) {
  const written = [];
  for (const [name, data] of files(new AdmZip(buffer))) {
    const target = path.join(folder, name);
    const inside = path.relative(folder, target);
    if (inside.startsWith('..') || path.isAbsolute(inside)) {
      throw new RangeError('entry outside of the theme');
    }
    await fs.mkdir(path.dirname(target), { recursive: true });
    await fs.writeFile(target, data);
    written.push(target);
  }
  return written.length;
}

app.post('/themes/:id', upload.single('archive'), async (req, res) => {
  const id = Number.parseInt(req.params.id, 10);
  if (!Number.isInteger(id) || !req.file) {
    return res.status(400).json({ error: 'a theme number and an archive are needed' });
  }
  try {
    const count = await unpack(req.file.buffer, path.join(THEMES, String(id)));
    return res.json({ id, count });
  } catch (err) {
    return res.status(422).json({ error: 'archive was refused' });
  }
});

app.listen(3000);
