const express = require('express');
const ejs = require('ejs');
const nodemailer = require('nodemailer');

const app = express();
const transport = nodemailer.createTransport({ host: 'mail.acme.internal', port: 25 });
app.use(express.json());

const FOOTER = '\n\nBest regards,\n<%= team %>';

function invitation(guest, note) {
  const text = 'Hello <%- guest %>,\n<%- note %>' + FOOTER;
  return ejs.render(text, { guest, note, team: 'Events' });
}

app.post('/events/:id/invite', async (req, res, next) => {
  const guest = String(req.body.guest || '').slice(0, 60);
  const note = String(req.body.note || '').slice(0, 500);
  try {
    await transport.sendMail({
      from: 'events@acme.com',
      to: 'frontdesk@acme.com',
      subject: 'New invitation',
      text: invitation(guest, note),
    });
    res.status(202).json({ queued: true });
  } catch (err) {
    next(err);
  }
});

app.listen(3000);
