const COLUMNS = "a, b";
const rows = await db.query(`SELECT ${COLUMNS} FROM items WHERE name = $1`, [name]);
