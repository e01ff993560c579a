package a
func user(s string) (*jwt.Token, error) { t, err := jwt.Parse(s, key); return t, err }
func check(h, p []byte) error { return bcrypt.CompareHashAndPassword(h, p) }
