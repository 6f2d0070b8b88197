// Debian packages as a sysroot.

#ifndef PLUMBLINE_TOOLS_HARVEST_PACKAGES_H_
#define PLUMBLINE_TOOLS_HARVEST_PACKAGES_H_

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "tools/cli/error.h"
#include "tools/harvest/sysroot.h"

namespace plumbline::harvest {

// A folder that goes with this object.
class TemporaryFolder {
 public:
  static cli::Result<TemporaryFolder> Make();
  TemporaryFolder(TemporaryFolder&& other) noexcept;
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  ~TemporaryFolder();

  const std::filesystem::path& path() const { return path_; }

 private:
  explicit TemporaryFolder(std::filesystem::path path)
      : path_(std::move(path)) {}

  std::filesystem::path path_;
};

struct UnpackedPackages {
  TemporaryFolder folder;
  // The folder, or what packages for a cross compiler have below it.
  std::filesystem::path root;
  std::vector<PackageSource> packages;
  std::set<std::string> uapi_names;  // headers of linux-libc-dev
};

// Unpacks .deb files with dpkg's own tools.
cli::Result<UnpackedPackages> UnpackPackages(
    const std::vector<std::string>& files);

// Runs a program of the system, and gives what it prints; an error has the last
// line of what it complained of.
cli::Result<std::string> RunTool(const std::string& program,
                                 std::vector<std::string> arguments);

}  // namespace plumbline::harvest

#endif  // PLUMBLINE_TOOLS_HARVEST_PACKAGES_H_
