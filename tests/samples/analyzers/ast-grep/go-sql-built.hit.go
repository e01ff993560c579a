package a
func find(db *sql.DB, name string) { db.Query(fmt.Sprintf("SELECT * FROM users WHERE name = '%s'", name)) }
func drop(db *sql.DB, t string) { db.Exec("DELETE FROM " + t) }
