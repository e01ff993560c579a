const http = require('node:http');
const { promisify } = require('util');
const exec = promisify(require('child_process').exec);

async function log(branch, count) {
  const { stdout } = await exec(`git log -n ${count} --oneline ${branch}`, { cwd: process.env.REPO });
  return stdout.split('\n');
}

const server = http.createServer((req, res) => {
  const { pathname, searchParams } = new URL(req.url, `http://${req.headers.host}`);
  switch (pathname) {
    case '/log': {
      const count = Number.parseInt(searchParams.get('n') ?? '10', 10);
      log(searchParams.get('branch') ?? 'main', count)
        .then((lines) => {
          res.writeHead(200, { 'content-type': 'application/json' });
          res.end(JSON.stringify(lines));
        })
        .catch(() => {
          res.statusCode = 500;
          res.end();
        });
      break;
    }
    default:
      res.statusCode = 404;
      res.end();
  }
});
server.listen(9000);
