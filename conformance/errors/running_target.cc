#include "conformance/errors/running_target.h"

#include <gnu/libc-version.h>
#include <sys/utsname.h>

#include <fstream>
#include <string>

#include "conformance/errors/tables.h"

namespace plumbline::errors {
namespace {

// Whether this process is in a user namespace below the initial one, whose map
// takes every user to itself.
bool InNamespace() {
  std::ifstream map("/proc/self/uid_map");
  unsigned long inside = 0;
  unsigned long outside = 0;
  unsigned long count = 0;
  return map >> inside >> outside >> count &&
         !(inside == 0 && outside == 0 && count == 4294967295UL);
}

}  // namespace

abi::Target DescribeRunningTarget() {
  abi::Target target;
  target.arch = kArch;
  utsname kernel;
  if (uname(&kernel) == 0) target.kernel = kernel.release;
  target.kernel =
      target.kernel.substr(0, target.kernel.find_first_not_of("0123456789."));
  target.libc = std::string("glibc ") + gnu_get_libc_version();
  target.libc_release = abi::ParseVersion(gnu_get_libc_version());
  return target;
}

Circumstances CircumstancesOf(const abi::Target& target) {
  return {.kernel = abi::ParseVersion(target.kernel),
          .glibc = target.libc_release,
          .in_namespace = InNamespace()};
}

}  // namespace plumbline::errors
