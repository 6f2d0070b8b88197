// Runs programs of system calls and reports what they did; README.md describes
// both. Status 0, 1 if the input or output failed, 2 for a wrong option.

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/semantics/executor/names.h"
#include "conformance/semantics/executor/supervisor.h"

namespace plumbline::executor {
namespace {

constexpr char kUsage[] =
    "usage: executor [OPTION…] < PROGRAMS > OUTCOMES\n"
    "\n"
    "  --programs-at-once N  run up to N programs at the same time (1 to 256; "
    "1)\n"
    "  --programs-per-child N\n"
    "                        a process runs up to N programs, one after the "
    "other,\n"
    "                        if each leaves nothing behind (1000); 1 is a "
    "process each\n"
    "  --as-they-end         write outcomes as they come, in any order\n"
    "  --watchdog MS         a program that takes longer is ended (2000)\n"
    "  --steady US           how long a second thread has to be seen asleep "
    "to\n"
    "                        count as asleep (0; 300 if PLUMBLINE_EMULATOR is "
    "set)\n"
    "  --rehearse            use the calls once before the first program (if\n"
    "                        PLUMBLINE_EMULATOR is set)\n"
    "  --names               print every name, and its number on this target\n"
    "  --version             print the version of programs and outcomes\n"
    "  --help                print this\n";

[[noreturn]] void Refuse(const char* what, const char* option) {
  fprintf(stderr, "executor: %s: %s\n%s", option, what, kUsage);
  exit(2);
}

void PrintName(const char* name, int64_t number) {
  printf("%s %lld\n", name, static_cast<long long>(number));
}

int64_t ParseNumber(const char* option, const char* text, int64_t least,
                    int64_t most) {
  char* end = nullptr;
  errno = 0;
  const long long number = text == nullptr ? 0 : strtoll(text, &end, 10);
  if (text == nullptr || end == text || *end != '\0' || errno != 0 ||
      number < least || number > most) {
    char message[96];
    snprintf(message, sizeof(message), "takes a number from %lld to %lld",
             static_cast<long long>(least), static_cast<long long>(most));
    Refuse(message, option);
  }
  return number;
}

// Takes "--name VALUE" and "--name=VALUE".
bool TakesValue(const char* name, char** arguments, int* i,
                const char** value) {
  const size_t size = strlen(name);
  const char* const argument = arguments[*i];
  if (strncmp(argument, name, size) != 0) return false;
  if (argument[size] == '=') {
    *value = argument + size + 1;
    return true;
  }
  if (argument[size] != '\0') return false;
  *value = arguments[*i + 1];
  if (*value != nullptr) ++*i;
  return true;
}

Options ParseOptions(int count, char** arguments) {
  Options options;
  if (getenv("PLUMBLINE_EMULATOR") != nullptr) {
    options.steady_us = 300;
    options.rehearse = true;
  }
  for (int i = 1; i < count; ++i) {
    const char* const argument = arguments[i];
    const char* value = nullptr;
    if (TakesValue("--programs-at-once", arguments, &i, &value)) {
      options.programs_at_once =
          static_cast<int>(ParseNumber(argument, value, 1, kMaxProgramsAtOnce));
    } else if (TakesValue("--programs-per-child", arguments, &i, &value)) {
      options.programs_per_child = ParseNumber(argument, value, 1, 1000000);
    } else if (TakesValue("--watchdog", arguments, &i, &value)) {
      options.watchdog_ms = ParseNumber(argument, value, 1, 3600000);
    } else if (TakesValue("--steady", arguments, &i, &value)) {
      options.steady_us = ParseNumber(argument, value, 0, 1000000);
    } else if (strcmp(argument, "--as-they-end") == 0) {
      options.as_they_end = true;
    } else if (strcmp(argument, "--rehearse") == 0) {
      options.rehearse = true;
    } else if (strcmp(argument, "--names") == 0) {
      VisitNames(PrintName);
      exit(0);
    } else if (strcmp(argument, "--version") == 0) {
      puts("plumbline executor, protocol 1");
      exit(0);
    } else if (strcmp(argument, "--help") == 0) {
      fputs(kUsage, stdout);
      exit(0);
    } else {
      Refuse("there is no such option", argument);
    }
  }
  return options;
}

}  // namespace
}  // namespace plumbline::executor

int main(int argc, char** argv) {
  using namespace plumbline::executor;
  return Supervise(ParseOptions(argc, argv));
}
