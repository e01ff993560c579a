void f(char *to, int n) { char b[16]; snprintf(b, sizeof b, "%d", n); sprintf(b, "%d", n); }
