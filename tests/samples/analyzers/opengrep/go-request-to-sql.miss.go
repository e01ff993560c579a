package a
func h(w http.ResponseWriter, r *http.Request) {
	query := "SELECT * FROM t WHERE n = ?"
	db.Query(query, r.FormValue("n"))
}
