const Router = require('@koa/router');
const mysql = require('mysql2/promise');

const router = new Router();
const pool = mysql.createPool(process.env.DATABASE_URL);

const COLUMNS = ['title', 'published_at', 'price'];

function orderClause(column, direction) {
  const known = COLUMNS.find((candidate) => candidate === column) || COLUMNS[0];
  return `ORDER BY ${known} ${direction === 'desc' ? 'DESC' : 'ASC'}`;
}

router.get('/books', async (ctx) => {
  const { sort, dir, author } = ctx.query;
  let sql = 'SELECT id, title, price FROM books WHERE author = ? ';
  sql += orderClause(String(sort), dir);
  sql += ' LIMIT 100';
  const [rows] = await pool.query(sql, [String(author)]);
  ctx.body = { rows };
});

module.exports = router;
