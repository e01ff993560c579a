const express = require('express');
const ejs = require('ejs');
const nodemailer = require('nodemailer');

const mailer = nodemailer.createTransport({ host: 'smtp.internal', port: 25 });
const router = express.Router();
router.use(express.json());

const layout = (name, plan) => `Dear <%- name %>,\n\nyour trial of the <%= plan %> plan ends in <%= days %> days.\n`;

function daysLeft(until) {
  return Math.max(0, Math.ceil((until - Date.now()) / 86400000));
}

router.post('/reminders', (req, res, next) => {
  const { name } = req.body;
  const account = req.app.locals.accounts.current();
  const view = { name, plan: account.plan, days: daysLeft(account.trialEnds) };
  const text = ejs.render(layout(view.name, view.plan), view);
  mailer.sendMail(
    { from: 'billing@example.com', to: account.email, subject: 'Your trial', text },
    (err) => (err ? next(err) : res.status(202).json({ queued: true })),
  );
});

module.exports = router;
