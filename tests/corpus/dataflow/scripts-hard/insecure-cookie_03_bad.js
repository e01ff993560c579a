'use strict';

const crypto = require('node:crypto');
const Hapi = require('@hapi/hapi');

const devices = new Map();

const plugin = {
  name: 'device-cookie',
  register(server, options) {
    const state = { ttl: 30 * 24 * 3600 * 1000, isHttpOnly: true, encoding: 'none', path: '/' };
    server.state('device', { ...state, isSecure: options.strict, isSameSite: 'Lax' });

    server.route({
      method: 'POST',
      path: '/devices',
      handler: (request, h) => {
        const id = crypto.randomBytes(20).toString('hex');
        devices.set(id, Date.now());
        return h.response({ registered: devices.size }).state('device', id);
      },
    });
  },
};

async function start() {
  const server = Hapi.server({ port: 3000 });
  await server.register({ plugin, options: { strict: false, relaxed: false } });
  await server.start();
}

start();
