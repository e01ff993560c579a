package a
func h(w http.ResponseWriter, r *http.Request) {
	query := "SELECT * FROM t WHERE n = '" + r.FormValue("n") + "'"
	db.Query(query)
}
