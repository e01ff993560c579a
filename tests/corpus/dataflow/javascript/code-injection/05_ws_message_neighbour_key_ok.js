const { WebSocketServer } = require('ws');

const server = new WebSocketServer({ port: 8090 });
const EXPRESSIONS = ['value * 1.8 + 32', 'value / 3.6'];

function compiler(store) {
  const cache = new WeakMap();
  return () => {
    if (!cache.has(store)) {
      const source = store.get('expression');
      cache.set(store, Function('value', `"use strict"; return (${source});`));
    }
    return cache.get(store);
  };
}

function accept(text) {
  const { label, unit, values } = JSON.parse(text);
  const store = new Map();
  store.set('label', label);
  store.set('expression', EXPRESSIONS[Number(unit) % EXPRESSIONS.length] || EXPRESSIONS[0]);
  const convert = compiler(store)();
  return { label: store.get('label'), values: values.map(Number).map((value) => convert(value)) };
}

server.on('connection', (socket) => {
  socket.on('message', (data) => {
    try {
      socket.send(JSON.stringify(accept(data.toString('utf8'))));
    } catch (err) {
      socket.send(JSON.stringify({ error: err.name }));
    }
  });
});
