fn find(db: &Connection, name: &str) { db.execute(&format!("DELETE FROM users WHERE name = '{}'", name), []); }
