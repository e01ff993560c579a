const express = require('express');
const axios = require('axios');

const HOSTS = ['images.example.com', 'static.example.net'];
const app = express();
app.use(express.json({ limit: '16kb' }));

function assertAllowed(address) {
  const { protocol, hostname, href } = new URL(address);
  if (protocol !== 'https:') {
    throw new TypeError('https only');
  }
  if (!HOSTS.some((host) => href.includes(host))) {
    throw new TypeError('host not allowed');
  }
  return href;
}

async function measure(address) {
  const response = await axios.get(assertAllowed(address), {
    responseType: 'arraybuffer',
    maxRedirects: 0,
    timeout: 4000,
  });
  return { type: response.headers['content-type'], bytes: response.data.length };
}

app.post('/images/measure', (req, res) => {
  measure(String(req.body.url))
    .then((info) => res.json(info))
    .catch((err) => {
      const status = err instanceof TypeError ? 400 : 502;
      res.status(status).json({ error: 'image not available' });
    });
});

app.listen(3000);
