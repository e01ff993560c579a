'use strict';

const path = require('node:path');

const SLUG = /^[a-z0-9][a-z0-9-]{0,63}$/;

function isSlug(value) {
  return SLUG.test(value);
}

function isBlank(value) {
  return value === undefined || value === null || String(value).trim() === '';
}

function insideFolder(base, file) {
  const rel = path.relative(base, file);
  return rel !== '' && !rel.startsWith('..') && !path.isAbsolute(rel);
}

function clamp(value, low, high) {
  return Math.min(Math.max(value, low), high);
}

module.exports = { isSlug, isBlank, insideFolder, clamp };
