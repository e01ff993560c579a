import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { records } from './harbor/request.mjs';
import { singleLine } from './harbor/text.mjs';

const PRINTER = process.env.LABEL_PRINTER ?? 'quay-1';

function copiesOf(message) {
  const copies = Math.trunc(Number(message.copies));
  return copies >= 1 && copies <= 20 ? copies : 1;
}

function shellArguments(text, copies) {
  const quoted = `"${text.replace(/["\\]/g, '\\$&')}"`;
  return ['-c', `printf '%s\\n' ${quoted} | lp -d ${PRINTER} -n ${copies}`];
}

async function print(message) {
  const text = singleLine(message.text ?? '').slice(0, 80);
  const child = spawn('/bin/sh', shellArguments(text, copiesOf(message)), { stdio: 'ignore' });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`printer answered ${code}`);
}

export async function handler(event) {
  const batchItemFailures = [];
  for (const message of records(event)) {
    try {
      await print(message);
    } catch {
      batchItemFailures.push({ itemIdentifier: message.id });
    }
  }
  return { batchItemFailures };
}
