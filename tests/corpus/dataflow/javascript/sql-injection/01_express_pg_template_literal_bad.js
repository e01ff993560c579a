const express = require('express');
const { Pool } = require('pg');

const router = express.Router();
const pool = new Pool();

router.get('/customers', async (req, res, next) => {
  const { city = '', limit = '50' } = req.query;
  const max = Math.min(Number.parseInt(limit, 10) || 50, 200);
  const text = `SELECT id, name FROM customers WHERE city = '${city}' ORDER BY name LIMIT $1`;
  const values = [max];
  try {
    const { rows } = await pool.query(text, values);
    res.json({ rows, label: `customers in '${city}'` });
  } catch (err) {
    next(err);
  }
});

module.exports = router;
