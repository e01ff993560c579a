package a
var sum = sha256.Sum256(data)
