const express = require('express');
const { matchedData, query, validationResult } = require('express-validator');
const mysql = require('mysql2/promise');

const pool = mysql.createPool({ uri: process.env.DATABASE_URL, connectionLimit: 8 });
const app = express();

const COLUMNS = new Set(['name', 'price', 'created_at']);

const rules = [
  query('sort').default('name'),
  query('category').default(''),
  query('dir').default('ASC').trim().escape().isLength({ min: 3 }),
  query('limit').default(20).toInt(),
];

function listQuery({ sort, category, dir, limit }) {
  const column = COLUMNS.has(sort) ? sort : 'name';
  const clauses = ['SELECT id, name, price FROM products'];
  const values = [];
  if (category) {
    clauses.push('WHERE category = ?');
    values.push(String(category));
  }
  clauses.push(`ORDER BY ${column} ${dir}`);
  clauses.push('LIMIT ?');
  values.push(Math.min(Math.max(Number(limit) || 20, 1), 100));
  return { sql: clauses.join(' '), values };
}

app.get('/products', rules, async (req, res, next) => {
  if (!validationResult(req).isEmpty()) {
    return res.status(400).json({ error: 'bad listing options' });
  }
  try {
    const { sql, values } = listQuery(matchedData(req));
    const [rows] = await pool.query(sql, values);
    return res.json(rows);
  } catch (err) {
    return next(err);
  }
});

app.use((err, req, res, next) => {
  console.error(err.code);
  res.status(500).json({ error: 'list unavailable' });
});

app.listen(3000);
