package a
func h(w http.ResponseWriter, r *http.Request) { os.ReadFile(filepath.Join(dir, files[kind])) }
