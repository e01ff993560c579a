package a
func find(db *sql.DB, name string) { db.Query("SELECT * FROM users WHERE name = ?", name) }
func page(db *sql.DB, n int) { db.Query(fmt.Sprintf("SELECT * FROM users LIMIT %d", n)) }
func get(c *http.Client, n string) { c.Query("page-" + n) }
