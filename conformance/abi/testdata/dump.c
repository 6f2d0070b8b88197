/* Prints the facts that are linked into it, for collect_facts_test.py. */

#include <stdio.h>

#include "conformance/abi/facts.h"

extern const struct plumbline_fact __start_plumbline_facts[],
    __stop_plumbline_facts[];
extern const struct plumbline_runtime_fact __start_plumbline_runtime[],
    __stop_plumbline_runtime[];
extern const struct plumbline_text __start_plumbline_texts[],
    __stop_plumbline_texts[];

/* What the headers of the fixture declare. */
int evaluate(void) { return 42; }
int call(void) { return 0; }
int waits(void) { return 0; }
int other_result(void) { return 0; }
int other_parameter(void) { return 0; }
int variadic(void) { return 0; }
int with_set(void) { return 0; }
int with_two(void) { return 0; }
int previous(void) { return 0; }
int only_gnu(void) { return 0; }

int main(void) {
  for (const struct plumbline_fact* fact = __start_plumbline_facts;
       fact < __stop_plumbline_facts; ++fact) {
    printf("fact %llu %llu %u %u %u %u\n", fact->key, fact->value, fact->size,
           fact->align, fact->type, fact->flags);
  }
  for (const struct plumbline_runtime_fact* fact = __start_plumbline_runtime;
       fact < __stop_plumbline_runtime; ++fact) {
    if (fact->evaluate) {
      printf("value %llu %lld\n", fact->key, fact->evaluate());
    } else {
      printf("address %llu %d\n", fact->key,
             fact->address == (void (*)(void))call);
    }
  }
  for (const struct plumbline_text* text = __start_plumbline_texts;
       text < __stop_plumbline_texts; ++text) {
    printf("text %llu %s\n", text->key, text->text);
  }
  return 0;
}
