import https from 'node:https';
import { createHash } from 'node:crypto';
import { records } from './harbor/request.mjs';

const ORIGINS = new Set(['https://charts.example', 'https://charts-mirror.example']);

function trusted(address) {
  return URL.canParse(address) && ORIGINS.has(new URL(address).origin);
}

function download(address) {
  return new Promise((resolve, reject) => {
    const request = https.get(address, { timeout: 5000 }, (response) => {
      if (response.statusCode !== 200) {
        response.resume();
        reject(new Error(`status ${response.statusCode}`));
        return;
      }
      const sum = createHash('sha256');
      response.on('data', (chunk) => sum.update(chunk));
      response.on('end', () => resolve(sum.digest('hex')));
      response.on('error', reject);
    });
    request.on('timeout', () => request.destroy(new Error('timeout')));
    request.on('error', reject);
  });
}

async function fingerprint({ source, mirror }) {
  if (!trusted(source)) throw new TypeError('unknown chart server');
  let lastError;
  for (const address of [source, mirror]) {
    try {
      return await download(address);
    } catch (err) {
      lastError = err;
    }
  }
  throw lastError;
}

export async function handler(event) {
  const done = [];
  for (const message of records(event)) {
    const digest = await fingerprint(message);
    done.push({ id: message.id, digest });
  }
  return { done };
}
