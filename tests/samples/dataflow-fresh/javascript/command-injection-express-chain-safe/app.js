import express from 'express';
import { execSync } from 'child_process';
import { param, validationResult } from 'express-validator';

const app = express();

function loadHost(req, res, next) {
  res.locals.host = req.params.host.trim();
  next();
}

const checks = [
  param('host').isFQDN(),
  (req, res, next) => {
    const errors = validationResult(req);
    if (!errors.isEmpty()) {
      return res.status(400).json({ errors: errors.array() });
    }
    next();
  },
];

app.get('/ping/:host', checks, loadHost, (req, res) => {
  const out = execSync('ping -c 1 ' + res.locals.host).toString();
  res.type('text/plain').send(out);
});
app.listen(3000);
