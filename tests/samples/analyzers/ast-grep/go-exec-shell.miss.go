package a
func run(name string) error {
	_ = exec.Command("sh", "-c", "ls -la").Run()
	return exec.Command("ls", name).Run()
}
