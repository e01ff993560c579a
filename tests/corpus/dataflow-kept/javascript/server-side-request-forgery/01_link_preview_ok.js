const express = require('express');
const axios = require('axios');
const cheerio = require('cheerio');

const router = express.Router();

const PREVIEWABLE = ['blog.example.com', 'docs.example.com', 'news.example.org'];

function allowed(url) {
  return PREVIEWABLE.some((host) => url.host === host);
}

const http = axios.create({
  timeout: 4000,
  maxRedirects: 0,
  maxContentLength: 512 * 1024,
  responseType: 'text',
});

router.post('/preview', express.json(), async (req, res) => {
  let url;
  try {
    url = new URL(req.body.url);
  } catch {
    return res.status(400).json({ error: 'not an address' });
  }
  if (!/^https?:$/.test(url.protocol) || !allowed(url)) {
    return res.status(400).json({ error: 'no preview for this address' });
  }
  try {
    const { data } = await http.get(url.href);
    const $ = cheerio.load(data);
    return res.json({
      title: $('title').first().text(),
      description: $('meta[name="description"]').attr('content') ?? null,
    });
  } catch (err) {
    return res.status(502).json({ error: 'page could not be loaded' });
  }
});

module.exports = router;
