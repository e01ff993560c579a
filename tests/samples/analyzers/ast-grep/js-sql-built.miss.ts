const rows = await db.query("SELECT * FROM users WHERE name = $1", [name]);
const link = router.query(`page-${name}`);
