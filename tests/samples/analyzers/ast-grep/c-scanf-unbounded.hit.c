void f(void) { char word[16]; scanf("%s", word); }
