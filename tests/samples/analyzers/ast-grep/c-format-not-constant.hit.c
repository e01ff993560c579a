void f(const char *message) { printf(message); }
