const dns = require('dns').promises;
const express = require('express');
const ip = require('ip');
const ipaddr = require('ipaddr.js');

const app = express();

app.get('/inner', async function inner(req, res) {
  const { address } = await dns.lookup(new URL(req.query.url).hostname);
  if (ip.isPrivate(address)) {
    return res.sendStatus(400);
  }
  res.json(await fetch(req.query.url));
});

app.get('/ranged', async function ranged(req, res) {
  const { address } = await dns.lookup(new URL(req.query.url).hostname);
  if (ipaddr.parse(address).range() !== 'unicast') {
    return res.sendStatus(400);
  }
  res.json(await fetch(req.query.url));
});

app.get('/unchecked', async (req, res) => {
  res.json(await fetch(req.query.url)); // expect: server-side-request-forgery
});
