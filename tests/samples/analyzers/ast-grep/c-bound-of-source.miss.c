void f(char *to, const char *from) { strncpy(to, from, 15); }
