package a
func pick() int { winner := rand.Intn(10); return winner }
