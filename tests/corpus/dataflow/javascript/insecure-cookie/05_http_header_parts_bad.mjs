import { createServer } from 'node:http';
import { randomBytes } from 'node:crypto';
import { checkPassword, remember } from './accounts.mjs';

function cookie(name, value, ...attributes) {
  return [`${name}=${encodeURIComponent(value)}`, 'Path=/', ...attributes].join('; ');
}

async function readForm(request) {
  let text = '';
  for await (const chunk of request) {
    text += chunk;
  }
  return new URLSearchParams(text);
}

const server = createServer(async (request, response) => {
  const form = await readForm(request);
  const account = await checkPassword(form.get('email'), form.get('password'));
  if (!account) {
    response.writeHead(401).end();
    return;
  }
  const sid = randomBytes(24).toString('hex');
  await remember(account, sid);
  const attributes = ['HttpOnly', 'SameSite=Lax'];
  const extended = attributes.concat('Secure');
  response.setHeader('Set-Cookie', [
    cookie('sid', sid, ...attributes),
    cookie('csrf', randomBytes(16).toString('hex'), ...extended),
  ]);
  response.writeHead(303, { Location: '/' }).end();
});

server.listen(8080);
