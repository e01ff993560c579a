package a
var c = &ssh.ClientConfig{HostKeyCallback: ssh.FixedHostKey(key)}
