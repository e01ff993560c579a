void f(const char *message) { printf("%s", message); printf(HELP); }
