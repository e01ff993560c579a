const rows = await db.query(`SELECT * FROM users WHERE name = '${name}'`);
const more = await db.query("SELECT id FROM t WHERE n = '" + name + "'");
