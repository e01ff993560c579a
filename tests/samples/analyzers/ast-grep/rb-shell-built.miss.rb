system("ls", folder)
`uname -a`
