import http from 'node:http';
import { parse } from 'node:url';

const fresh = () => Object.create(null);

function expand(flat) {
  const out = fresh();
  for (const [dotted, value] of Object.entries(flat)) {
    const keys = dotted.split('.');
    keys.reduce((node, key, i) => {
      if (i === keys.length - 1) {
        node[key] = value;
        return node;
      }
      node[key] = node[key] || fresh();
      return node[key];
    }, out);
  }
  return out;
}

http
  .createServer((req, res) => {
    const { query } = parse(req.url, true);
    res.end(JSON.stringify(expand(query)));
  })
  .listen(3000);
