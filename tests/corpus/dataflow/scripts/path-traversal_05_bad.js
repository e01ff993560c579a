const { Worker, isMainThread, parentPort, workerData } = require('worker_threads');
const fs = require('fs/promises');
const path = require('path');
const Koa = require('koa');

const SHEETS = path.join(__dirname, 'sheets');

async function count(sheet) {
  const text = await fs.readFile(path.join(SHEETS, sheet), 'utf8');
  return text.split('\n').length;
}

function start() {
  const app = new Koa();
  app.use((ctx) => {
    const { sheet = 'index.csv' } = ctx.query;
    return new Promise((resolve, reject) => {
      const worker = new Worker(__filename, { workerData: { sheet: String(sheet) } });
      worker.once('error', reject);
      worker.once('message', (lines) => {
        ctx.body = { lines };
        resolve();
      });
    });
  });
  app.listen(3050);
}

if (isMainThread) {
  start();
} else {
  const sheet = path.posix.normalize(workerData.sheet);
  count(sheet).then(
    (lines) => parentPort.postMessage(lines),
    () => parentPort.postMessage(-1),
  );
}
