const template = require('lodash/template');
const { listSubscribers, queueMail } = require('./digest-store');

const FIELDS = ['firstName', 'articleCount', 'weekday'];
const MAX = 2000;

function compile(text) {
  const source = text.replace(/<%|%>/g, '').replace(/\{\{(\w+)\}\}/g, '<%- $1 %>');
  return template(source);
}

function valuesFor(subscriber) {
  return Object.fromEntries(FIELDS.map((field) => [field, String(subscriber[field] ?? '')]));
}

exports.handler = async (event) => {
  const newsletter = event.pathParameters.newsletter;
  const { subject, text } = JSON.parse(event.body ?? '{}');
  if (typeof subject !== 'string' || typeof text !== 'string' || text.length > MAX) {
    return { statusCode: 400, body: JSON.stringify({ error: 'subject and text are needed' }) };
  }
  const render = compile(text);
  let queued = 0;
  for (const subscriber of await listSubscribers(newsletter)) {
    await queueMail({ to: subscriber.email, subject, plain: render(valuesFor(subscriber)) });
    queued += 1;
  }
  return { statusCode: 202, body: JSON.stringify({ queued }) };
};
