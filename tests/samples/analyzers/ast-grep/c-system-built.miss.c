void f(void) { system("sync"); }
