package a
func user(s string) *jwt.Token { t, _ := jwt.Parse(s, key); return t }
func check(h, p []byte) { bcrypt.CompareHashAndPassword(h, p) }
