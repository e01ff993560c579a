'use strict';

const express = require('express');
const ejs = require('ejs');
const nodemailer = require('nodemailer');

const app = express();
app.use(express.urlencoded({ extended: false }));

const transport = nodemailer.createTransport({ host: 'localhost', port: 25 });

const FOOTER = ['', 'Bike Workshop, 14 Mill Lane', 'Ticket <%= ticket %>'].join('\n');

function confirmation(form, ticket) {
  const lines = [
    `Dear ${form.name || 'customer'},`,
    '',
    'we will look at your bike on <%= day %>.',
    FOOTER,
  ];
  const values = { name: form.name || 'customer', day: form.day || 'Monday', ticket };
  return ejs.render(lines.join('\n'), values, { escape: String });
}

let counter = 1000;

app.post('/appointments', async (req, res) => {
  counter += 1;
  const text = confirmation(req.body, counter);
  try {
    await transport.sendMail({
      from: 'workshop@bikes.example',
      to: 'front-desk@bikes.example',
      subject: `Appointment ${counter}`,
      text,
    });
    res.status(201).json({ ticket: counter });
  } catch {
    res.status(503).json({ error: 'mail is down' });
  }
});

app.listen(3000);
