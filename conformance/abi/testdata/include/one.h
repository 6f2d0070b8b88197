/* Declared in collect_facts_test.py; MISSING, struct missing and missing() are
 * not here. */
#ifndef TESTDATA_ONE_H_
#define TESTDATA_ONE_H_

#include <linux/one.h>

#ifdef __cplusplus
#define NOTHROW noexcept
extern "C" {
#else
#define NOTHROW __attribute__((__nothrow__))
#endif

#define PLAIN 1        /* as in <linux/one.h>, and defined here again */
#define RENAMED 21     /* KERNEL_NAME in <linux/one.h> */
#define OTHER_VALUE 3  /* declared as 2 */
#define OTHER_TYPE 4ul /* declared as int */
#define NEGATIVE (-5)
#define LARGE 0xffffffffffffffffull
#define CAST ((unsigned short)6) /* no business of #if */
#define BYTE ((char)7)
#define HANDLER ((void (*)(int)) - 1)
#define BROKEN 1 + /* is no expression */

enum kind {
  ENUMERATOR = 8,
  WITH_MACRO = 9,
};
#define WITH_MACRO WITH_MACRO

extern int evaluate(void);
#define EVALUATED evaluate()
#define NOT_EVALUATED 10 /* declared as evaluated at run time */

#ifdef _GNU_SOURCE
#define ONLY_GNU 11
struct only_gnu {
  int a;
};
int only_gnu(void);
#endif
#if defined _GNU_SOURCE || _POSIX_C_SOURCE >= 199309L
#define SINCE_POSIX 12
#endif

typedef unsigned int one_t;
typedef char* text_t;
typedef struct {
  unsigned long words[2];
} set_t;

struct one {
  char first[2][3];
  one_t second;
  union {
    int third;
    void* fourth;
  };
  struct {
    short fifth;
  } in;
  unsigned sixth : 3;
  int : 2;
  signed seventh : 4;
  char last[];
};
struct lacks { /* declared with a field b */
  int a;
};

int call(int fd, const struct one* one) NOTHROW;
int waits(int fd);            /* not noexcept */
long other_result(int fd);    /* declared as int */
int other_parameter(long fd); /* declared with an int */
int variadic(int fd, ...);
int with_set(const set_t* set);
struct two; /* it is in two.h */
int with_two(struct two* two);
typedef void (*handler_t)(int);
handler_t previous(int number, handler_t handler) NOTHROW;
static inline int in_header(void) { return 3; }

#ifdef __cplusplus
}
#endif

#endif
