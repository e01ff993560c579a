const { EventEmitter } = require('events');
const https = require('https');
const express = require('express');

const bus = new EventEmitter();
const hooks = { orders: 'hooks.example.com', stock: 'stock.example.com' };

bus.on('deliver', ({ host, payload }) => {
  const request = https.request({ hostname: host, path: '/hook', method: 'POST' });
  request.end(JSON.stringify(payload));
});

const app = express();
app.use(express.json());
app.post('/deliver', (req, res) => {
  const host = hooks[req.body.topic];
  if (!host) return res.sendStatus(404);
  bus.emit('deliver', { host, payload: req.body.payload });
  res.sendStatus(202);
});
app.listen(3000);
