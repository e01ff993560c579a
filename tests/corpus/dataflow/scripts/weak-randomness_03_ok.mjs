#!/usr/bin/env node
import { randomFillSync } from 'node:crypto';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    length: { type: 'string', default: '20' },
    count: { type: 'string', default: '1' },
  },
});

function* stepped(seed) {
  let state = seed >>> 0;
  for (;;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state >>> 24;
  }
}

function* filled(size) {
  const block = Buffer.alloc(size);
  for (;;) {
    yield* randomFillSync(block);
  }
}

const bytes = filled(Date.now() % 32 + 32);

const symbols = 'abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ0123456789-_+=!';

function password(length) {
  let text = '';
  while (text.length < length) {
    const byte = bytes.next().value;
    if (byte < symbols.length * 3) {
      text += symbols[byte % symbols.length];
    }
  }
  return text;
}

for (let i = 0; i < Number(values.count); i += 1) {
  console.log(password(Number(values.length)));
}
