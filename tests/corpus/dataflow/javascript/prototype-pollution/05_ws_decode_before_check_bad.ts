import { WebSocketServer, type RawData } from 'ws';

interface Patch {
  pointer: string;
  value: string;
}

type Tree = { [key: string]: Tree | string };

const RESERVED = ['__proto__', 'constructor', 'prototype'];
const tree: Tree = {};

function segments(pointer: string): string[] {
  const raw = pointer.split('/').filter((part) => part !== '' && !RESERVED.includes(part));
  return raw.map((part) => decodeURIComponent(part));
}

function apply({ pointer, value }: Patch): void {
  const keys = segments(pointer);
  const last = keys.pop();
  let node = tree;
  for (const key of keys) {
    const child = node[key];
    node = typeof child === 'object' ? child : ((node[key] = {}) as Tree);
  }
  if (last !== undefined) {
    node[last] = String(value);
  }
}

const server = new WebSocketServer({ port: 8091 });

server.on('connection', (socket) => {
  socket.on('message', (data: RawData) => {
    const patches = JSON.parse(data.toString()) as Patch[];
    patches.forEach(apply);
    socket.send(JSON.stringify(tree));
  });
});
