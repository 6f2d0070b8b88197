#include "conformance/semantics/model/kernel_release.h"

#include <charconv>
#include <system_error>

namespace plumbline::semantics {

std::optional<KernelRelease> ParseKernelRelease(std::string_view text) {
  KernelRelease release;
  const char* const end = text.data() + text.size();
  const auto major = std::from_chars(text.data(), end, release.major);
  if (major.ec != std::errc() || major.ptr == end || *major.ptr != '.') {
    return std::nullopt;
  }
  const auto minor = std::from_chars(major.ptr + 1, end, release.minor);
  if (minor.ec != std::errc() ||
      (minor.ptr != end && *minor.ptr != '.' && *minor.ptr != '-')) {
    return std::nullopt;
  }
  return release;
}

}  // namespace plumbline::semantics
