'use strict';
const express = require('express');
const mysql = require('mysql2/promise');

const pool = mysql.createPool({ host: 'db', user: 'catalog', database: 'catalog' });
const router = express.Router();

const COLUMNS = ['title', 'price', 'added_at'];
const DIRECTIONS = ['ASC', 'DESC'];

function ordering({ sort = 'title', dir = 'ASC' }) {
  const column = String(sort);
  const direction = String(dir).toUpperCase();
  if (!DIRECTIONS.includes(direction)) {
    return 'title ASC';
  }
  return `${column} ${direction}`;
}

async function list(shelf, query) {
  const text = [
    `SELECT id, ${COLUMNS.join(', ')}`,
    'FROM books WHERE shelf = ?',
    'ORDER BY ' + ordering(query),
    'LIMIT 100',
  ].join(' ');
  const [rows] = await pool.query(text, [shelf]);
  return rows;
}

router.get('/shelves/:shelf/books', (req, res, next) => {
  list(req.params.shelf, req.query)
    .then((rows) => res.json(rows))
    .catch(next);
});

module.exports = router;
