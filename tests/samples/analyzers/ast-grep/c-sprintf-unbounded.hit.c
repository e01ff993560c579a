void f(char *to, const char *name) { sprintf(to, "hello %s", name); }
