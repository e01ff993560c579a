const { readFileSync } = require('node:fs');
const path = require('node:path');
const libxmljs = require('libxmljs');

const LAYOUT = readFileSync(path.join(__dirname, 'layouts', 'base.xml'), 'utf8');

function expand(xml) {
  return libxmljs.parseXml(xml, { noent: true, noblanks: true });
}

function plain(xml) {
  return libxmljs.parseXml(xml, { noblanks: true });
}

function summarise({ messageId, body }) {
  const layout = plain(LAYOUT);
  const order = expand(body);
  const fields = layout.find('//field').map((field) => field.attr('name').value());
  return fields.reduce(
    (row, field) => {
      const node = order.root().childNodes().find((child) => child.name() === field);
      row.values[field] = node ? node.text() : null;
      return row;
    },
    { messageId, values: Object.create(null) },
  );
}

exports.handler = async ({ Records: records }) => {
  const rows = records.map(summarise);
  console.log(JSON.stringify(rows));
  return { count: rows.length };
};
