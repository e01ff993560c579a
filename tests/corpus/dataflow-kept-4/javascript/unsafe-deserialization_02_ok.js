'use strict';

const { createServer } = require('node:http');
const { text } = require('node:stream/consumers');
const yaml = require('js-yaml');
const extra = require('js-yaml-js-types');

const SCHEMA = yaml.DEFAULT_SCHEMA.extend([extra.regexp, extra.undefined]);

function reply(res, status, payload) {
  res.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  res.end(JSON.stringify(payload));
}

function normalise(manifest) {
  const { vessel, draft, cargo } = Object(manifest);
  return {
    vessel: typeof vessel === 'string' ? vessel : 'unnamed',
    draft: Number(draft) || 0,
    cargo: Array.isArray(cargo) ? cargo.map((item) => `${item}`) : [],
  };
}

const routes = {
  async 'POST /manifests'(req, res) {
    const manifest = yaml.load(await text(req), { schema: SCHEMA, filename: 'manifest.yml' });
    reply(res, 201, normalise(manifest));
  },
  async 'GET /health'(req, res) {
    reply(res, 200, { up: true });
  },
};

createServer(async (req, res) => {
  const key = `${req.method} ${req.url.split('?')[0]}`;
  const handler = Object.hasOwn(routes, key) ? routes[key] : null;
  if (!handler) {
    reply(res, 404, { error: 'not found' });
    return;
  }
  try {
    await handler(req, res);
  } catch (err) {
    reply(res, err instanceof yaml.YAMLException ? 400 : 500, { error: 'manifest not accepted' });
  }
}).listen(8082);
