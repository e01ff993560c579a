package a
var sum = md5.Sum(data)
