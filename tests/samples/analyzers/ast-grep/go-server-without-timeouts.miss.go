package a
func main() { log.Fatal((&http.Server{Addr: ":8080", ReadHeaderTimeout: time.Second}).ListenAndServe()) }
