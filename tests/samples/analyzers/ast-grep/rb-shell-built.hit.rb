system("ls #{folder}")
`cat #{name}`
