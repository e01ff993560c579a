const { WebSocketServer } = require('ws');
const _ = require('lodash');

const rooms = new Map();
const wss = new WebSocketServer({ port: 8080 });

wss.on('connection', (ws) => {
  ws.on('message', (data) => {
    const { room, key, value } = JSON.parse(data.toString());
    const entry = rooms.get(room) ?? new Map();
    entry.set(key, value);
    rooms.set(room, entry);
    ws.send('ok');
  });
});
