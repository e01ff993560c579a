const { execSync } = require('node:child_process');
const express = require('express');
const { validate } = require('uuid');

const app = express();

function validated(req, res) {
  if (!validate(req.query.id)) {
    res.end();
    return;
  }
  execSync('ls ' + req.query.id);
}

app.get('/', validated);
