package a
func make() int { token := rand.Intn(1000000); return token }
