import { createServer } from 'node:http';

class Tally {
  constructor() {
    this.boards = Object.create(null);
  }

  vote(board, option, voter) {
    this.boards[board] ||= Object.create(null);
    this.boards[board][option] = voter;
    return Object.keys(this.boards).length;
  }
}

const tally = new Tally();

const server = createServer((req, res) => {
  const url = new URL(req.url, 'http://localhost');
  const [, board, option] = url.pathname.split('/').map(decodeURIComponent);
  if (req.method !== 'POST' || !board || !option) {
    res.writeHead(400);
    res.end();
    return;
  }
  const boards = tally.vote(board, option, url.searchParams.get('voter') ?? 'anonymous');
  res.writeHead(200, { 'content-type': 'application/json' });
  res.end(JSON.stringify({ boards }));
});

server.listen(8099);
