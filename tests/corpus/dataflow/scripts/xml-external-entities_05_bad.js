'use strict';
const libxml = require('libxmljs');
const { parserOptions } = require('./lib/xml-options');

const FEATURES = new Set(['noblanks', 'noent', 'compact']);

function decode({ body = '', isBase64Encoded = false }) {
  return isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body;
}

function entries(doc) {
  const found = [];
  doc.root().childNodes().forEach((node) => {
    if (node.name() === 'entry') {
      found.push({ id: Number(node.attr('id')?.value()), summary: node.text() });
    }
  });
  return found;
}

module.exports.handler = (event, context, callback) => {
  let doc;
  try {
    doc = libxml.parseXml(decode(event), parserOptions([...FEATURES]));
  } catch (err) {
    callback(null, { statusCode: 400, headers: { 'Content-Type': 'text/plain' }, body: 'malformed' });
    return;
  }
  callback(null, {
    statusCode: 200,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ entries: entries(doc) }),
  });
};
