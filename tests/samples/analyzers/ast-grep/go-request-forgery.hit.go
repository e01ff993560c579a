package a
func h(w http.ResponseWriter, r *http.Request) { http.Get(r.FormValue("url")) }
