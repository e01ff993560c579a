package a
func run(name string) error { return exec.Command("sh", "-c", "ls "+name).Run() }
