'use strict';

const express = require('express');
const { input } = require('./depot/input');
const { clamp } = require('./depot/checks');
const { pool } = require('./depot/db');

const router = express.Router();

const COLUMNS = new Map([
  ['name', 'p.name'],
  ['price', 'p.price_cents'],
  ['added', 'p.created_at'],
]);

function ordering(field, direction) {
  const way = direction.toLowerCase() === 'desc' ? 'DESC' : 'ASC';
  const column = COLUMNS.get(field) || `p.${field}`;
  return `ORDER BY ${column} ${way}`;
}

router.get('/products', async (req, res, next) => {
  try {
    const fields = input(req);
    const size = clamp(fields.integer('size', 20), 1, 100);
    const page = clamp(fields.integer('page', 1), 1, 10000);
    const sql = [
      'SELECT p.id, p.name, p.price_cents FROM products p',
      'WHERE p.name LIKE ?',
      ordering(fields.text('sort', 'name'), fields.text('dir', 'asc')),
      `LIMIT ${size} OFFSET ${(page - 1) * size}`,
    ].join(' ');
    const [rows] = await pool.query(sql, [`%${fields.text('q')}%`]);
    res.json({ page, size, rows });
  } catch (err) {
    next(err);
  }
});

module.exports = router;
