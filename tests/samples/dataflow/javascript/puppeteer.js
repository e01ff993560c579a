const puppeteer = require('puppeteer');

async function visited(req, res) {
  const browser = await puppeteer.launch();
  const page = await browser.newPage();
  await page.goto(req.query.url); // expect: server-side-request-forgery
}

async function evaluated(req, res) {
  const browser = await puppeteer.launch();
  const page = await browser.newPage();
  await page.evaluate('show(' + req.query.id + ')'); // expect: code-injection
}

async function content(req, res) {
  const browser = await puppeteer.launch();
  const page = await browser.newPage();
  await page.setContent('<h1>' + req.query.title + '</h1>'); // expect: cross-site-scripting
}
