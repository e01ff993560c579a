const mysql = require('mysql2/promise');
const express = require('express');
const pool = mysql.createPool(process.env.MYSQL);
const app = express();
app.use(express.json());

app.post('/bulk', async (req, res) => {
  const { ids = [] } = req.body;
  const list = ids.map(() => '?').join(',');
  const [rows] = await pool.execute(`SELECT * FROM items WHERE id IN (${list})`, ids);
  res.json(rows);
});
app.listen(3000);
