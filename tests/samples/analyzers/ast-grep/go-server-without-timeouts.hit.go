package a
func main() { log.Fatal(http.ListenAndServe(":8080", mux)) }
