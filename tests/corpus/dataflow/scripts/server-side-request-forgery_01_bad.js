const express = require('express');
const axios = require('axios');

const app = express();
app.use(express.json());

const FEEDS = ['feeds.example.net', 'rss.example.net'];

function acceptable(address) {
  return FEEDS.some((host) => address.startsWith('https://' + host));
}

app.post('/feeds/check', async (req, res) => {
  const address = String(req.body.address || '');
  if (!acceptable(address)) {
    return res.status(400).json({ error: 'address' });
  }
  try {
    const { status, data } = await axios.get(address, {
      timeout: 3000,
      maxRedirects: 0,
      responseType: 'text',
    });
    return res.json({ status, items: (data.match(/<item>/g) || []).length });
  } catch (err) {
    return res.status(502).json({ error: 'unreachable' });
  }
});

app.listen(3000);
