package a
func c(key []byte) { block, err := des.NewCipher(key) }
