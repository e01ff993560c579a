const express = require('express');
const { Pool } = require('pg');

const pool = new Pool();
const router = express.Router();

const COLUMNS = { name: 'p.name', price: 'p.price_cents', added: 'p.created_at' };

function ordering(query) {
  const sort = String(query.sort || 'name');
  const dir = String(query.dir || 'asc').toUpperCase();
  if (!['ASC', 'DESC'].includes(dir)) {
    throw new RangeError('dir');
  }
  const column = Object.hasOwn(COLUMNS, sort) ? COLUMNS[sort] : COLUMNS.name;
  return `${column} ${dir}`;
}

router.get('/products', async (req, res, next) => {
  try {
    const sql = [
      'SELECT p.id, p.name, p.price_cents FROM products p',
      'WHERE p.shop_id = $1',
      'ORDER BY ' + ordering(req.query),
      'LIMIT 50',
    ].join(' ');
    const { rows } = await pool.query(sql, [req.query.shop]);
    res.json(rows);
  } catch (err) {
    if (err instanceof RangeError) return res.status(400).json({ error: 'bad request' });
    next(err);
  }
});

module.exports = router;
