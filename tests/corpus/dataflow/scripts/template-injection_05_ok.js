const express = require('express');
const Handlebars = require('handlebars');
const dot = require('dot');

const router = express.Router();
router.use(express.json());

const engines = {
  dot: { compile: (source) => dot.template(source) },
  bars: { compile: (source) => Handlebars.compile(source) },
};

function makeRenderer(engine) {
  const compiled = new Map();
  return function render(source, data) {
    if (!compiled.has(source)) {
      compiled.set(source, engine.compile(source));
    }
    return compiled.get(source)(data);
  };
}

const render = makeRenderer(engines.dot);
const SUBJECT = 'Ticket {{=it.id}}: {{=it.title}}';

router.post('/tickets/:id/notify', (req, res, next) => {
  const { title = 'untitled', subject = SUBJECT } = req.body;
  const ticket = { id: Number(req.params.id), title: String(title) };
  const line = render(String(subject && SUBJECT), ticket);
  req.app.locals.mailer.send({ to: 'support@example.com', subject: line.replace(/[\r\n]/g, ' ') }, (err) => {
    if (err) {
      next(err);
      return;
    }
    res.status(202).json({ ticket: ticket.id });
  });
});

module.exports = router;
