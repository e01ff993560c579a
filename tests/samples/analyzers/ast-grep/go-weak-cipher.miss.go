package a
func c(key []byte) { block, err := aes.NewCipher(key) }
