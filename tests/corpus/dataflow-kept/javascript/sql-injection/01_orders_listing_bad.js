const express = require('express');
const { Pool } = require('pg');

const pool = new Pool();
const router = express.Router();

const COLUMNS = {
  date: 'o.placed_at',
  total: 'o.total_cents',
  customer: 'c.name',
};

function ordering({ sort = 'date', dir = 'desc' }) {
  const column = COLUMNS[sort] || sort;
  const direction = String(dir).toLowerCase() === 'asc' ? 'ASC' : 'DESC';
  return column + ' ' + direction;
}

router.get('/orders', async (req, res, next) => {
  const page = Math.max(Number.parseInt(req.query.page, 10) || 1, 1);
  const sql = [
    'SELECT o.id, o.placed_at, o.total_cents, c.name',
    'FROM orders o JOIN customers c ON c.id = o.customer_id',
    'WHERE o.shop_id = $1 AND ($2::text IS NULL OR o.state = $2)',
    'ORDER BY ' + ordering(req.query),
    'LIMIT 50 OFFSET $3',
  ].join('\n');
  try {
    const { rows } = await pool.query(sql, [req.shop.id, req.query.state || null, (page - 1) * 50]);
    res.json({ page, rows });
  } catch (err) {
    next(err);
  }
});

module.exports = router;
