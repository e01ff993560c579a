'use strict';

const Hapi = require('@hapi/hapi');
const Yar = require('@hapi/yar');

const members = new Map([
  ['1001', { name: 'Noor', level: 'silver' }],
  ['1002', { name: 'Piet', level: 'gold' }],
]);

async function enter(request, h) {
  const { number, level } = request.payload;
  const member = members.get(String(number));
  if (!member) {
    return h.response({ entered: false }).code(404);
  }
  const benefits = { level: level || member.level, ...member };
  request.yar.set('lounge', { level: benefits.level, name: benefits.name });
  return { entered: true };
}

async function start() {
  const server = Hapi.server({ port: 3000 });
  await server.register({
    plugin: Yar,
    options: {
      storeBlank: false,
      cookieOptions: { password: process.env.YAR_PASSWORD, isSecure: true, isHttpOnly: true },
    },
  });
  server.route({ method: 'POST', path: '/lounge', handler: enter });
  await server.start();
}

start();
