import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { html, raw } from 'hono/html';

const app = new Hono();

const ROOMS = new Map([
  ['blue', 'Second floor, next to the stairs'],
  ['green', 'Ground floor, behind the kitchen'],
]);

const layout = (body) => html`<!doctype html>
<html>
  <head><title>Rooms</title></head>
  <body>${body}</body>
</html>`;

const notice = (visitor) => {
  const greeting = ['Welcome', visitor].join(', ');
  return html`<p class="notice">${raw(greeting)}</p>`;
};

app.get('/rooms/:room', (c) => {
  const description = ROOMS.get(c.req.param('room'));
  if (!description) {
    return c.html(layout(html`<p>No such room</p>`), 404);
  }
  const visitor = c.req.query('visitor') ?? 'guest';
  const separator = raw('<hr>');
  return c.html(layout(html`${notice(visitor)}${separator}<p>${description}</p>`));
});

serve({ fetch: app.fetch, port: 3000 });
