const express = require('express');
const ejs = require('ejs');
const nodemailer = require('nodemailer');

const mailer = nodemailer.createTransport(process.env.SMTP_URL);
const app = express();
app.use(express.json());

const FOOTER = '\n\n<%= company %> - <%= new Date().getFullYear() %>\n';

function compose(guest, slot) {
  const body = 'Dear ' + guest + ',\nyour table is booked for <%= slot %>.' + FOOTER;
  return ejs.render(body, { slot, company: 'Harbour Grill' });
}

app.post('/bookings', async (req, res, next) => {
  const guest = String(req.body.guest || 'guest').slice(0, 80);
  const slot = new Date(req.body.slot);
  if (Number.isNaN(slot.getTime())) {
    return res.status(400).json({ error: 'slot must be a date' });
  }
  try {
    await mailer.sendMail({
      from: 'tables@example.org',
      to: 'desk@example.org',
      subject: 'New booking',
      text: compose(guest, slot.toISOString()),
    });
    res.status(201).json({ booked: true });
  } catch (err) {
    next(err);
  }
});

app.listen(3000);
