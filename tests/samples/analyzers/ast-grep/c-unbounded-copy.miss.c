void f(char *to, const char *from) { snprintf(to, 8, "%s", from); strcpy(to, "o" "k"); }
