// A release of Linux, of which some rules and deviations are since.

#ifndef CONFORMANCE_SEMANTICS_MODEL_KERNEL_RELEASE_H_
#define CONFORMANCE_SEMANTICS_MODEL_KERNEL_RELEASE_H_

#include <compare>
#include <limits>
#include <optional>
#include <string_view>

namespace plumbline::semantics {

struct KernelRelease {
  int major = 0;
  int minor = 0;

  auto operator<=>(const KernelRelease&) const = default;
};

// Of a kernel whose release is not known.
constexpr KernelRelease kNewestKernel = {std::numeric_limits<int>::max(), 0};

// Of "6.1" or what uname(2) gives, "6.1.0-25-amd64"; nothing of other text.
std::optional<KernelRelease> ParseKernelRelease(std::string_view text);

}  // namespace plumbline::semantics

#endif  // CONFORMANCE_SEMANTICS_MODEL_KERNEL_RELEASE_H_
