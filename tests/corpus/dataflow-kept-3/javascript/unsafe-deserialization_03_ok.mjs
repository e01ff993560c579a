import { unserialize } from 'node-serialize';

const decoders = {
  json: (text) => JSON.parse(text),
  native: (text) => JSON.parse(text.trim()),
};

function decode(record) {
  const format = record.messageAttributes?.format?.stringValue ?? 'json';
  const decoder = Object.hasOwn(decoders, format) ? decoders[format] : decoders.json;
  return decoder(record.body);
}

async function apply(order) {
  if (!Number.isInteger(order.id)) throw new TypeError('id');
  console.info('order accepted', order.id);
}

export const handler = async (event) => {
  const failed = [];
  for (const record of event.Records) {
    try {
      await apply(decode(record));
    } catch {
      failed.push({ itemIdentifier: record.messageId });
    }
  }
  return { batchItemFailures: failed };
};

export const probe = () => unserialize('{"id":1}').id;
