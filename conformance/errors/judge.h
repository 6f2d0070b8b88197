// Holds what a provocation did against what is declared.

#ifndef PLUMBLINE_CONFORMANCE_ERRORS_JUDGE_H_
#define PLUMBLINE_CONFORMANCE_ERRORS_JUDGE_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/abi/judge.h"
#include "conformance/abi/rows.h"
#include "conformance/errors/outcome.h"
#include "conformance/errors/provocation.h"

namespace plumbline::errors {

// All that was tried of one provocation.
struct Observation {
  Outcome raw;  // by the raw system call, or the only way that there is
  // By the C library's function, if it has a CALL_LIBC.
  std::optional<Outcome> libc = {};
  // Once more without privileges, if this process has any.
  std::optional<Outcome> unprivileged = {};
  // Once more, traced, where that can be done.
  std::optional<Outcome> traced = {};
};

// Where the provocations ran.
struct Circumstances {
  abi::Version kernel = {};
  abi::Version glibc = {};
  bool in_namespace = false;  // in a user namespace below the initial one
};

// "Errors/fcntl/F_SETLK/EAGAIN/held_by_another"
std::string CheckName(const abi::Row& row);
std::string CheckName(const Provocation& provocation);

// The release that the condition is of, if it is not this one: "since Linux
// 6.13"; "" if it holds here.
std::string NotHere(const abi::Row& row, const Circumstances& where);

// What a call did, in a word: "EINVAL", "succeeds", "hangs", "killed by
// SIGSEGV". `failure` is the function's, of bindings/README.md.
std::string Seen(const Outcome& outcome, std::string_view failure);

// The verdict on a condition that has a provocation.
abi::Check Judge(const abi::Row& row, bool is_reason,
                 const Observation& observation, const Circumstances& where);

// The verdict on one that has none, and on a provocation that is of no
// condition.
abi::Check WithoutProvocation(const abi::Row& row);
abi::Check WithoutCondition(const Provocation& provocation);

}  // namespace plumbline::errors

#endif  // PLUMBLINE_CONFORMANCE_ERRORS_JUDGE_H_
