#include "conformance/errors/judge.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include <string>

namespace plumbline::errors {
namespace {

using abi::Check;
using abi::Row;
using abi::Status;

std::string Of(std::string_view of, std::string_view error,
               std::string_view id) {
  std::string name = "Errors/";
  name += of;
  name += '/';
  name += error;
  name += '/';
  name += id;
  return name;
}

std::string ErrorName(long error) {
  const char* name = strerrorname_np(static_cast<int>(error));
  return name != nullptr && error != 0 ? name
                                       : "errno " + std::to_string(error);
}

std::string SignalName(int signal) {
  const char* name = sigabbrev_np(signal);
  return name != nullptr ? std::string("SIG") + name
                         : "signal " + std::to_string(signal);
}

// The errno that a call failed with; 0 if it succeeded.
long ErrorOf(const Outcome& outcome, std::string_view failure) {
  if (failure == "number" && !outcome.is_raw) return outcome.result;
  return outcome.result == -1 ? outcome.error : 0;
}

bool Crashed(const Outcome& outcome) {
  return outcome.signal == SIGSEGV || outcome.signal == SIGBUS;
}

Check Failed(Check check, std::string declared, std::string seen) {
  check.status = Status::kFailed;
  check.declared = std::move(declared);
  check.seen = std::move(seen);
  return check;
}

// Why the outcome says nothing of the call; "" if it does.
std::string NotMade(const Outcome& outcome) {
  if (outcome.broken[0] != '\0')
    return std::string("its set-up failed: ") + outcome.broken;
  if (outcome.hung || outcome.signal != 0) return "";
  if (outcome.calls != 1)
    return "CALL was reached " + std::to_string(outcome.calls) + " times";
  if (!outcome.finished) return "it ended before its end";
  return "";
}

// What a call by the C library's function came to, as `libc` declares it.
std::string LibcDid(const Outcome& outcome, std::string_view failure,
                    long expected) {
  if (outcome.hung) return "hangs";
  if (Crashed(outcome)) return "crashes";
  if (outcome.signal != 0) return Seen(outcome, failure);
  const long error = ErrorOf(outcome, failure);
  if (error == expected) return "fails";
  return error == 0 ? "succeeds" : ErrorName(error);
}

}  // namespace

std::string CheckName(const Row& row) {
  return Of(row["of"], row["errno"], row["id"]);
}

std::string CheckName(const Provocation& provocation) {
  std::string of = provocation.function;
  if (provocation.operation[0] != '\0') {
    of += '/';
    of += provocation.operation;
  }
  return Of(of, provocation.error, provocation.id);
}

std::string NotHere(const Row& row, const Circumstances& where) {
  const struct {
    const char* axis;
    const char* name;
    abi::Version release;
  } axes[] = {{"kernel", "Linux", where.kernel},
              {"glibc", "glibc", where.glibc}};
  for (const auto& axis : axes) {
    const std::string since = std::string("since_") + axis.axis;
    const std::string until = std::string("until_") + axis.axis;
    if (row.Has(since) && axis.release < abi::ParseVersion(row[since])) {
      return std::string("it is so since ") + axis.name + " " +
             std::string(row[since]);
    }
    if (row.Has(until) && axis.release >= abi::ParseVersion(row[until])) {
      return std::string("it was so before ") + axis.name + " " +
             std::string(row[until]);
    }
  }
  return "";
}

std::string Seen(const Outcome& outcome, std::string_view failure) {
  if (outcome.hung) return "hangs";
  if (outcome.signal != 0) return "killed by " + SignalName(outcome.signal);
  const long error = ErrorOf(outcome, failure);
  return error == 0 ? "succeeds" : ErrorName(error);
}

Check Judge(const Row& row, bool is_reason, const Observation& observation,
            const Circumstances& where) {
  Check check;
  check.name = CheckName(row);
  check.kind = abi::Kind::kError;
  check.where = row["where"];
  const Outcome& outcome = observation.raw;
  const std::string_view failure = row["failure"];

  if (const std::string reason = NotHere(row, where); !reason.empty()) {
    check.status = Status::kSkipped;
    check.reason = reason;
    return check;
  }
  const std::string condition =
      std::string(row["errno"]) + " when " + std::string(row["when"]);
  if (outcome.skipped[0] != '\0') {
    check.status = Status::kSkipped;
    check.reason = outcome.skipped;
    return check;
  }
  const bool may_have_none =
      row["class"] == "impossible" || row["class"] == "fault";
  if (is_reason) {
    const std::string declared =
        condition + ", which nothing can provoke: " + std::string(row["why"]);
    if (!may_have_none || !row.Has("why"))
      return Failed(check, condition, "its provocation is a REASON only");
    if (row.Has("libc") || row.Has("effect"))
      return Failed(check, declared,
                    "`libc` or `effect` of what nothing provokes");
    if (outcome.broken[0] != '\0')
      return Failed(check, declared,
                    std::string("its set-up failed: ") + outcome.broken);
    if (outcome.expected[0] != '\0')
      return Failed(
          check, declared,
          std::string("the reason does not hold: ") + outcome.expected);
    if (!outcome.finished || outcome.reasons == 0)
      return Failed(check, declared, "the reason was not looked at");
    return check;
  }
  if (row["class"] == "impossible")
    return Failed(check, condition + ", which nothing can provoke",
                  "there is a provocation of it");

  // What the call is to do.
  std::string_view expected = row["errno"];
  long number = static_cast<long>(row.Number("number"));
  if (row["status"] == "never") {
    expected = row["instead"];
    number = static_cast<long>(row.Number("instead_number"));
  }
  if (where.in_namespace && row.Has("in_namespace")) {
    expected = row["in_namespace"];
    number = static_cast<long>(row.Number("in_namespace_number"));
  }
  const std::string declared =
      row["status"] == "never"
          ? std::string(expected) + ", never " + condition
          : std::string(expected) + " when " + std::string(row["when"]);

  if (const std::string why = NotMade(outcome); !why.empty())
    return Failed(check, declared, why);
  const std::string seen = Seen(outcome, failure);
  if (outcome.hung || outcome.signal != 0 ||
      ErrorOf(outcome, failure) != number) {
    return Failed(check, declared, seen);
  }
  if (outcome.expected[0] != '\0')
    return Failed(check, declared,
                  seen + ", but this does not hold: " + outcome.expected);
  if (row.Has("effect")) {
    if (outcome.effects == 0)
      return Failed(check, declared + "; " + std::string(row["effect"]),
                    seen + " without that effect");
  } else if (outcome.effects != 0) {
    return Failed(check, declared, seen + ", with an effect: declare it");
  } else if (outcome.changed[0] != '\0' && number != 0) {
    return Failed(check, declared,
                  seen + ", but something changed: " + outcome.changed);
  }

  if (observation.libc.has_value() != row.Has("libc")) {
    return Failed(check, declared,
                  row.Has("libc")
                      ? "there is no CALL_LIBC, but `libc` is declared"
                      : "there is a CALL_LIBC, but no `libc` is declared");
  }
  if (observation.libc) {
    const std::string did = LibcDid(*observation.libc, failure, number);
    if (did != row["libc"])
      return Failed(
          check,
          declared + "; the C library's function " + std::string(row["libc"]),
          "the C library's function: " + did);
  }

  // Who said so.
  if (observation.traced && number != 0 &&
      observation.traced->kernel_error >= 0 &&
      ErrorOf(*observation.traced, failure) == number) {
    const bool by_kernel = observation.traced->kernel_error == number;
    if (by_kernel != (row["layer"] == "kernel"))
      return Failed(check, "layer " + std::string(row["layer"]),
                    by_kernel ? "a system call failed with that errno"
                              : "no system call failed with that errno");
  }

  // A limit that was lowered, and privileges that are needed, show.
  const bool limited = outcome.limited;
  if (row["class"] == "limit" && !limited)
    return Failed(check, "class limit", "no resource limit was lowered");
  if (row["class"] == "unprivileged" && limited)
    return Failed(check, "class unprivileged",
                  "a resource limit was lowered: class limit");
  if (observation.unprivileged) {
    const Outcome& other = *observation.unprivileged;
    const bool same = other.skipped[0] == '\0' && other.broken[0] == '\0' &&
                      Seen(other, failure) == seen;
    const bool needs = row["class"] == "privileged" || row["class"] == "fault";
    if (needs && same)
      return Failed(check, "class " + std::string(row["class"]),
                    "it needs no privileges");
    // A skip for another reason says nothing of privileges: what this machine
    // lets root do, it may refuse to others by a policy of its own.
    const std::string_view skipped = other.skipped;
    const bool unjudged = !skipped.empty() &&
                          !skipped.starts_with("needs root") &&
                          !skipped.starts_with("needs CAP_");
    if (!needs && !same && !unjudged)
      return Failed(check, "class " + std::string(row["class"]),
                    "without privileges: " +
                        (other.skipped[0] != '\0'  ? std::string(other.skipped)
                         : other.broken[0] != '\0' ? std::string(other.broken)
                                                   : Seen(other, failure)));
  }
  return check;
}

Check WithoutProvocation(const Row& row) {
  Check check;
  check.name = CheckName(row);
  check.kind = abi::Kind::kError;
  check.where = row["where"];
  return Failed(check,
                std::string(row["errno"]) + " when " + std::string(row["when"]),
                "there is no PROVOKE or REASON of it");
}

Check WithoutCondition(const Provocation& provocation) {
  Check check;
  check.name = CheckName(provocation);
  check.kind = abi::Kind::kError;
  check.where =
      std::string(provocation.file) + ":" + std::to_string(provocation.line);
  return Failed(check, "nothing",
                "a provocation of a condition that is not declared");
}

}  // namespace plumbline::errors
