void f(char *to, const char *from) { strncpy(to, from, strlen(from)); }
