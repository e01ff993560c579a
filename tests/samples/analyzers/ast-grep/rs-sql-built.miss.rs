fn find(db: &Connection, name: &str) { db.execute("DELETE FROM users WHERE name = ?1", [name]); }
