void f(const char *command) { system(command); }
