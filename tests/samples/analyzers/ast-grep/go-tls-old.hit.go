package a
var c = &tls.Config{MinVersion: tls.VersionTLS10}
