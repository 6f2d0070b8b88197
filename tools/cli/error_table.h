// The error tables: what each function fails with, and when.

#ifndef PLUMBLINE_TOOLS_CLI_ERROR_TABLE_H_
#define PLUMBLINE_TOOLS_CLI_ERROR_TABLE_H_

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tools/cli/error.h"
#include "tools/cli/json.h"

namespace plumbline::cli {

// One condition under which one function fails.
struct ErrorEntry {
  std::string function;
  std::string operation;  // "F_SETLK" of fcntl; "" if the function has none
  std::string error;
  std::string condition;
  std::string layer;        // "kernel", "libc", "vdso"
  std::string status;       // "documented", "observed", "never"
  std::string class_;       // "unprivileged", "limit", "privileged", …
  std::string source;       // "epoll_ctl(2) man-pages 6.20"
  std::string provocation;  // "Errors/epoll_ctl/EINVAL/fd_is_epfd"
  std::vector<std::string> provoked_on;  // targets, or "native" alone
  Json json;                             // as it was read

  // "fcntl/F_SETLK", "epoll_ctl"
  std::string of() const;
  // "epoll_ctl(2)" of the source.
  std::string page() const;
  bool NeedsPrivileges() const {
    return class_ == "privileged" || class_ == "fault";
  }
};

// How a provocation is written down.
struct ErrorProgram {
  bool is_reason = false;  // it shows why nothing provokes the error
  std::string where;
  std::string text;
};

// A function's numbers.
struct ErrorCounts {
  std::string function;
  std::string page;
  std::size_t conditions = 0;
  std::size_t observed = 0;
  std::size_t never = 0;
  std::size_t provoked = 0;          // conditions
  std::size_t pairs = 0;             // of function and errno
  std::size_t documented_pairs = 0;  // those that the page has
  std::size_t documented_provoked = 0;

  void Add(const ErrorCounts& other);
};

class ErrorTable {
 public:
  // The text of a file of schema plumbline.errors/1.
  static Result<ErrorTable> Parse(std::string_view text);

  // By function and operation, in the order of their declaration.
  const std::vector<ErrorEntry>& entries() const { return entries_; }

  // All targets on which anything is provoked without privileges.
  const std::vector<std::string>& everywhere() const { return everywhere_; }

  std::vector<std::string> Functions() const;
  std::vector<std::string> Operations(const std::string& function) const;
  std::vector<std::string> Errnos(const std::string& function) const;
  std::vector<ErrorCounts> Count() const;

 private:
  std::vector<ErrorEntry> entries_;
  std::vector<std::string> everywhere_;
};

// The text of //conformance/errors:provocations.json, by the provocations'
// names.
Result<std::map<std::string, ErrorProgram>> ReadPrograms(std::string_view text);

}  // namespace plumbline::cli

#endif  // PLUMBLINE_TOOLS_CLI_ERROR_TABLE_H_
