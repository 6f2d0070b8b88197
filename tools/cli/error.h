// What a command says when it can't do its work.

#ifndef PLUMBLINE_TOOLS_CLI_ERROR_H_
#define PLUMBLINE_TOOLS_CLI_ERROR_H_

#include <fmt/format.h>

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace plumbline::cli {

// Statuses that the program exits with.
enum class Exit {
  kAsPromised = 0,
  kCheckFailed = 1,
  kCouldNotWork = 2,
};

// Says what is wrong and what to do about it, without "plumbline:" and full
// stop.
struct Error {
  std::string message;
};

template <typename T>
using Result = tl::expected<T, Error>;

template <typename... Args>
tl::unexpected<Error> Fail(fmt::format_string<Args...> format, Args&&... args) {
  return tl::unexpected<Error>(
      {fmt::format(format, std::forward<Args>(args)...)});
}

}  // namespace plumbline::cli

#endif  // PLUMBLINE_TOOLS_CLI_ERROR_H_
