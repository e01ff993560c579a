const libxmljs = require('libxmljs');

async function parseDocument(xml, { blanks = true, entities = false } = {}) {
  const document = await libxmljs.parseXmlAsync(xml, {
    noblanks: !blanks,
    noent: entities,
  });
  const title = document.get('//title');
  return title ? title.text() : '';
}

module.exports = { parseDocument };
