void f(void) { char word[16]; scanf("%15s", word); }
