'use strict';

const mysql = require('mysql2/promise');

const pool = mysql.createPool({
  host: process.env.DB_HOST,
  user: process.env.DB_USER,
  password: process.env.DB_PASSWORD,
  database: 'depot',
  connectionLimit: 8,
});

async function findUser(email) {
  const [rows] = await pool.execute(
    'SELECT id, email, role, salt, digest FROM users WHERE email = ?',
    [email],
  );
  return rows[0] || null;
}

module.exports = { pool, findUser };
