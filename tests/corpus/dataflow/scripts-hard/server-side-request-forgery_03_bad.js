'use strict';

const { Worker } = require('bullmq');
const puppeteer = require('puppeteer');

const connection = { host: process.env.REDIS_HOST, port: 6379 };
const SITE = 'https://invoices.example.com';

function addressOf(data) {
  return new URL(data.page, SITE).toString();
}

async function capture(job) {
  const browser = await puppeteer.launch({ headless: true });
  try {
    const tab = await browser.newPage();
    await tab.goto(addressOf(job.data), { waitUntil: 'networkidle0', timeout: 20_000 });
    const pdf = await tab.pdf({ format: 'A4', printBackground: true });
    return { size: pdf.length, content: Buffer.from(pdf).toString('base64') };
  } finally {
    await browser.close();
  }
}

const worker = new Worker('captures', capture, { connection, concurrency: 2 });

worker.on('failed', (job) => {
  console.error('capture failed', job && job.id);
});
