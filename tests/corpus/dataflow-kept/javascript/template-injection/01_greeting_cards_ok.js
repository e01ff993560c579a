const express = require('express');
const nunjucks = require('nunjucks');
const { deliver } = require('./mail');

const app = express();
app.use(express.json({ limit: '20kb' }));

const env = nunjucks.configure('views', { autoescape: true, express: app });

const FRAME = [
  '<article class="card">',
  '  <h1>Dear {{ recipient }},</h1>',
  '  <p>{{ message }}</p>',
  '  <footer>{{ sender }}</footer>',
  '</article>',
].join('\n');

function renderCard(card) {
  return env.renderString(FRAME, card);
}

app.post('/cards', async (req, res, next) => {
  const { recipient, sender, message, email } = req.body;
  if (![recipient, sender, message, email].every((field) => typeof field === 'string')) {
    return res.status(400).json({ error: 'a field is missing' });
  }
  try {
    const html = renderCard({ recipient, sender, message });
    await deliver({ to: email, subject: 'A card for you', html });
    return res.status(202).json({ queued: true });
  } catch (err) {
    return next(err);
  }
});

app.listen(3000);
