const express = require('express');
const axios = require('axios');

const router = express.Router();
const ACCEPTED = new Set(['images.acme.com', 'cdn.acme.com']);

function accept(raw) {
  const url = new URL(raw);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new TypeError('protocol');
  }
  if (!ACCEPTED.has(url.host)) {
    throw new TypeError('host');
  }
  return url;
}

router.post('/avatars/import', express.json(), async (req, res) => {
  let url;
  try {
    url = accept(String(req.body.url));
  } catch {
    return res.status(400).json({ error: 'url not accepted' });
  }
  try {
    const image = await axios.get(url.href, {
      responseType: 'arraybuffer',
      maxRedirects: 0,
      timeout: 4000,
    });
    res.json({ bytes: image.data.length, type: image.headers['content-type'] });
  } catch {
    res.status(502).json({ error: 'could not fetch the image' });
  }
});

module.exports = router;
