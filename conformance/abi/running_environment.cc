#include <dlfcn.h>
#include <sys/utsname.h>

#include <string>

#include "conformance/abi/environment.h"
#include "conformance/abi/libc_symbols.h"

namespace plumbline::abi {

Environment Observe(std::string_view arch, std::string_view variant,
                    const FactStore& facts) {
  Target target = DescribeHeaders(arch, variant, facts);
  target.runs = true;
  utsname kernel;
  if (uname(&kernel) == 0) target.kernel = kernel.release;
  target.kernel =
      target.kernel.substr(0, target.kernel.find_first_not_of("0123456789."));
  // Looked up, as other C libraries lack it.
  using GetVersion = const char*();
  if (auto* get = reinterpret_cast<GetVersion*>(
          dlsym(RTLD_DEFAULT, "gnu_get_libc_version"))) {
    target.libc_release = ParseVersion(get());
    target.libc = std::string("glibc ") + get();
  }
  return {target, ReadLibcSymbols()};
}

}  // namespace plumbline::abi
