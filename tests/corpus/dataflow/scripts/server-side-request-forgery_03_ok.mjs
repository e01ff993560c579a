import https from 'node:https';

const BASE = 'https://geo.example.org/v1/';

const get = (url) =>
  new Promise((resolve, reject) => {
    https
      .get(url, { timeout: 2500 }, (res) => {
        const chunks = [];
        res.on('data', (chunk) => chunks.push(chunk));
        res.on('end', () => resolve({ status: res.statusCode, text: Buffer.concat(chunks).toString() }));
      })
      .on('error', reject);
  });

const place = ({ rawPath = '/' }) => {
  const [, , ...rest] = rawPath.split('/');
  return decodeURIComponent(rest.join('/'));
};

export const handler = async (event) => {
  const name = place(event);
  const url = new URL(encodeURIComponent(name).replaceAll('.', ''), BASE);
  url.searchParams.set('key', process.env.GEO_KEY);
  const { status, text } = await get(url);
  if (status !== 200) {
    return { statusCode: 404 };
  }
  const { lat, lon } = JSON.parse(text);
  return {
    statusCode: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ lat, lon }),
  };
};
