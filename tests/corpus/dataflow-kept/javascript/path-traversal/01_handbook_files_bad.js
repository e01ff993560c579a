const http = require('node:http');
const fs = require('node:fs');
const path = require('node:path');

const ROOT = path.resolve(process.env.HANDBOOK_DIR || '/srv/handbook');

const TYPES = { '.pdf': 'application/pdf', '.txt': 'text/plain', '.png': 'image/png' };

function locate(pathname) {
  const relative = decodeURIComponent(pathname).replace(/^\/files\//, '');
  if (relative.includes('\0')) {
    return null;
  }
  const target = path.resolve(ROOT, './' + relative);
  if (!target.startsWith(ROOT)) {
    return null;
  }
  return target;
}

const server = http.createServer((req, res) => {
  let target;
  try {
    const pathname = req.url.split('?', 1)[0];
    target = pathname.startsWith('/files/') ? locate(pathname) : null;
  } catch {
    target = null;
  }
  if (!target) {
    res.writeHead(404).end();
    return;
  }
  const stream = fs.createReadStream(target);
  stream.on('open', () => {
    res.writeHead(200, { 'content-type': TYPES[path.extname(target)] || 'application/octet-stream' });
    stream.pipe(res);
  });
  stream.on('error', () => {
    res.writeHead(404).end();
  });
});

server.listen(8000);
