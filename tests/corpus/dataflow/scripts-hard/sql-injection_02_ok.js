'use strict';

const express = require('express');
const mysql = require('mysql2/promise');

const pool = mysql.createPool({ uri: process.env.MYSQL_URL, connectionLimit: 5 });
const app = express();

class Stack {
  #items = [];

  push(...values) {
    this.#items.push(...values);
    return this;
  }

  swap() {
    const a = this.#items.pop();
    const b = this.#items.pop();
    return this.push(a, b);
  }

  pop() {
    return this.#items.pop();
  }
}

function statusClause(wanted) {
  const stack = new Stack().push('open', wanted, 'closed');
  stack.swap().swap();
  const status = stack.pop();
  return `status = '${status}'`;
}

app.get('/tickets', async (req, res, next) => {
  try {
    const clause = statusClause(String(req.query.status));
    const sql = ['SELECT id, title FROM tickets', clause, 'ORDER BY id LIMIT 50'];
    sql.splice(1, 0, 'WHERE');
    const [rows] = await pool.query(sql.join(' '));
    res.json(rows);
  } catch (err) {
    next(err);
  }
});

app.listen(3000);
