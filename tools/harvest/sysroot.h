// A sysroot's headers and libraries, and whose they are.

#ifndef PLUMBLINE_TOOLS_HARVEST_SYSROOT_H_
#define PLUMBLINE_TOOLS_HARVEST_SYSROOT_H_

#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tools/cli/error.h"
#include "tools/harvest/architectures.h"
#include "tools/harvest/surface.h"

namespace plumbline::harvest {

struct HeaderFile {
  Side side = Side::kGlibc;
  std::string name;  // as it is included: "sys/epoll.h"
  std::filesystem::path file;
};

// Where a package came from, for the surface to record.
struct PackageSource {
  std::string name, version, arch, sha256;
};

struct Sysroot {
  const Architecture* arch = nullptr;
  std::filesystem::path root;
  std::vector<std::filesystem::path> include_folders;  // in order of search
  std::vector<HeaderFile> headers;                     // sorted by name
  std::vector<std::filesystem::path> libraries;        // those of the C library
  std::string libc;                                    // "glibc 2.36"
  std::string kernel_headers;                          // "6.1.176"
  std::vector<PackageSource> packages;
  std::size_t foreign = 0;  // headers that are neither glibc's nor the kernel's
};

struct SysrootOptions {
  std::string arch = {};  // "": as libc.so.6 says
  // Names of headers that a package of the kernel brought, if that is known.
  std::set<std::string> uapi_names = {};
  // Whether the root holds nothing but the packages of libc and kernel headers.
  bool nothing_else = false;
};

// Finds all in DIR/usr/include, or in DIR/include as cross compilers have it.
// Whose a header is says dpkg's database where one lists it, and else its name.
cli::Result<Sysroot> ReadSysroot(const std::filesystem::path& root,
                                 const SysrootOptions& options);

// The names of the kernel's headers, whether or not there are any.
bool IsUapiName(std::string_view name);

// The names below DIR/usr/include, its folder of the architecture, and
// DIR/include.
cli::Result<std::set<std::string>> HeaderNames(
    const std::filesystem::path& root);

}  // namespace plumbline::harvest

#endif  // PLUMBLINE_TOOLS_HARVEST_SYSROOT_H_
