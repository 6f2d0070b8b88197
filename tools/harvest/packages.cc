#include "tools/harvest/packages.h"

#include <fcntl.h>
#include <stdlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sstream>
#include <utility>

#include "tools/cli/descriptor.h"
#include "tools/cli/process.h"

namespace plumbline::harvest {
namespace {

namespace fs = std::filesystem;
using cli::Fail;
using cli::Result;

constexpr const char* kDpkgDeb = "/usr/bin/dpkg-deb";
constexpr const char* kSha256Sum = "/usr/bin/sha256sum";

std::string LastLine(const std::string& text) {
  std::istringstream lines(text);
  std::string last;
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty()) last = line;
  }
  return last;
}

Result<PackageSource> Describe(const std::string& file) {
  const Result<std::string> fields = RunTool(
      kDpkgDeb,
      {"--showformat=${Package} ${Version} ${Architecture}\n", "--show", file});
  if (!fields)
    return Fail("{}: no Debian package, or a damaged one: {}", file,
                fields.error().message);
  const Result<std::string> sum = RunTool(kSha256Sum, {file});
  if (!sum) return Fail("{}: {}", file, sum.error().message);
  PackageSource package;
  std::istringstream(*fields) >> package.name >> package.version >>
      package.arch;
  std::istringstream(*sum) >> package.sha256;
  // sha256sum marks names that it has to escape.
  if (package.sha256.starts_with('\\')) package.sha256.erase(0, 1);
  return package;
}

// Packages for a cross compiler (libc6-dev-s390x-cross) have all in
// usr/TRIPLE.
fs::path RootIn(const fs::path& folder) {
  std::error_code error;
  for (const Architecture& arch : Architectures()) {
    fs::path root = folder / "usr" / arch.triple;
    if (fs::exists(root / "lib", error) || fs::exists(root / "include", error))
      return root;
  }
  return folder;
}

bool IsKernels(const PackageSource& package) {
  return package.name.starts_with("linux-libc-dev");
}

}  // namespace

Result<TemporaryFolder> TemporaryFolder::Make() {
  std::error_code error;
  std::string path =
      (fs::temp_directory_path(error) / "plumbline-XXXXXX").string();
  if (mkdtemp(path.data()) == nullptr)
    return Fail("{}: {}", path, std::strerror(errno));
  return TemporaryFolder(path);
}

TemporaryFolder::TemporaryFolder(TemporaryFolder&& other) noexcept
    : path_(std::exchange(other.path_, fs::path())) {}

TemporaryFolder::~TemporaryFolder() {
  std::error_code error;
  if (!path_.empty()) fs::remove_all(path_, error);
}

Result<std::string> RunTool(const std::string& program,
                            std::vector<std::string> arguments) {
  const cli::Descriptor file(open(program.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return Fail("{}: {}", program, std::strerror(errno));
  arguments.insert(arguments.begin(), fs::path(program).filename().string());
  Result<cli::Finished> finished =
      cli::RunProgram(file, "", std::move(arguments));
  if (!finished) return tl::unexpected(finished.error());
  if (!finished->Succeeded()) {
    const std::string why = LastLine(finished->errors);
    return Fail("{}", why.empty() ? finished->Describe() : why);
  }
  return std::move(finished->output);
}

Result<UnpackedPackages> UnpackPackages(const std::vector<std::string>& files) {
  std::vector<std::pair<PackageSource, std::string>> packages;
  for (const std::string& file : files) {
    Result<PackageSource> package = Describe(file);
    if (!package) return tl::unexpected(package.error());
    packages.emplace_back(*std::move(package), file);
  }
  // The kernel's first: what is there then is the kernel's.
  std::stable_partition(
      packages.begin(), packages.end(),
      [](const auto& package) { return IsKernels(package.first); });
  Result<TemporaryFolder> folder = TemporaryFolder::Make();
  if (!folder) return tl::unexpected(folder.error());
  UnpackedPackages unpacked{*std::move(folder), {}, {}, {}};
  for (auto& [package, file] : packages) {
    const Result<std::string> done =
        RunTool(kDpkgDeb, {"--extract", file, unpacked.folder.path().string()});
    if (!done)
      return Fail("{}: can't be unpacked, so it is damaged or cut off: {}",
                  file, done.error().message);
    if (IsKernels(package)) {
      Result<std::set<std::string>> names =
          HeaderNames(RootIn(unpacked.folder.path()));
      if (!names) return tl::unexpected(names.error());
      unpacked.uapi_names.merge(*names);
    }
    unpacked.packages.push_back(std::move(package));
  }
  unpacked.root = RootIn(unpacked.folder.path());
  return unpacked;
}

}  // namespace plumbline::harvest
