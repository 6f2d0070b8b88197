#define IN_HALF 1
#include <there/is/no/such/header.h>
