const rows = await db.query(`SELECT count(*) FROM ${table}`);
