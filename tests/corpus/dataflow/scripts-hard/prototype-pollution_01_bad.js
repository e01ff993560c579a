'use strict';

const express = require('express');
const { assign, split } = require('./lib/property-path');

class SettingsError extends Error {}

class Settings {
  constructor(initial) {
    this.values = initial;
  }

  update(path, value) {
    const keys = split(path);
    if (path.startsWith('__proto__') || keys.length > 6) {
      throw new SettingsError('path not accepted');
    }
    assign(this.values, keys, value);
  }

  get names() {
    return Object.keys(this.values);
  }
}

class SettingsController {
  constructor(settings) {
    this.settings = settings;
  }

  patch(req, res) {
    const changes = Array.isArray(req.body) ? req.body : [];
    for (const { path, value } of changes) {
      this.settings.update(String(path), value);
    }
    res.json({ names: this.settings.names });
  }
}

const controller = new SettingsController(new Settings({ display: { theme: 'light' }, mail: {} }));
const app = express();
app.use(express.json());
app.patch('/settings', (req, res) => controller.patch(req, res));
app.use((err, req, res, next) => {
  res.status(err instanceof SettingsError ? 400 : 500).json({ names: [] });
});
app.listen(3000);
