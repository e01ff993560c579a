const { WebSocketServer } = require('ws');
const _ = require('lodash');

const rooms = {};
const wss = new WebSocketServer({ port: 8080 });

wss.on('connection', (ws) => {
  ws.on('message', (data) => {
    const { room, key, value } = JSON.parse(data.toString());
    const entry = (rooms[room] = rooms[room] || {});
    entry[key] = value;
    ws.send('ok');
  });
});
