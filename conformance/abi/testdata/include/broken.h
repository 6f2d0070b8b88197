/* Does not compile, whoever includes it. */
#define IN_BROKEN 1
int broken(;
