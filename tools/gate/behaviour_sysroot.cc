#include "tools/gate/behaviour_sysroot.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "tools/cli/descriptor.h"
#include "tools/cli/process.h"
#include "tools/harvest/build_tree.h"

namespace plumbline::gate {
namespace {

namespace fs = std::filesystem;
using cli::Fail;
using cli::Result;

Result<std::string> Run(const std::string& program,
                        std::vector<std::string> arguments) {
  const cli::Descriptor nothing(open("/dev/null", O_RDONLY | O_CLOEXEC));
  arguments.insert(arguments.begin(), program);
  Result<cli::Finished> finished =
      cli::RunProgram(nothing, program, std::move(arguments));
  if (!finished) return Fail("{} {}", program, finished.error().message);
  while (!finished->output.empty() && finished->output.back() == '\n')
    finished->output.pop_back();
  if (!finished->Succeeded())
    return Fail("{} {}: {}", program, finished->Describe(), finished->errors);
  return std::move(finished->output);
}

std::vector<fs::path> FilesIn(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end;
       at.increment(error))
    files.push_back(at->path());
  std::sort(files.begin(), files.end());
  return files;
}

bool HoldsAny(const fs::path& folder, std::string_view extension) {
  const std::vector<fs::path> files = FilesIn(folder);
  return std::any_of(files.begin(), files.end(), [&](const fs::path& file) {
    return file.extension() == extension;
  });
}

// All that is not for compiling.
Result<std::string> Unpack(const std::string& debs, const std::string& folder) {
  for (const fs::path& file : FilesIn(debs)) {
    const std::string name = file.filename();
    if (file.extension() != ".deb" ||
        name.substr(0, name.find('_')).find("-dev") != std::string::npos)
      continue;
    const auto unpacked = Run("/usr/bin/dpkg-deb", {"-x", file, folder});
    if (!unpacked) return tl::unexpected(unpacked.error());
  }
  return folder;
}

// Where distributions put libraries, below a sysroot.
std::vector<fs::path> Folders(const fs::path& root) {
  std::vector<fs::path> folders;
  for (const char* base : {"lib", "usr/lib"}) {
    for (const fs::path& one : FilesIn(root / base)) {
      if (one.filename().string().find("linux-gnu") != std::string::npos)
        folders.push_back(one);
    }
  }
  for (const fs::path& one : FilesIn(root / "usr")) {
    if (one.filename().string().find("linux-gnu") != std::string::npos)
      folders.push_back(one / "lib");
  }
  for (const char* base :
       {"lib64", "usr/lib64", "lib32", "usr/lib32", "lib", "usr/lib"})
    folders.push_back(root / base);
  return folders;
}

// The file itself: a link may be absolute, and lead out of the sysroot.
bool IsBelow(const fs::path& root, const fs::path& file) {
  std::error_code error;
  const fs::path base = fs::canonical(root, error);
  if (error) return false;
  const fs::path real = fs::canonical(file, error);
  if (error || !fs::is_regular_file(real, error)) return false;
  const auto end =
      std::mismatch(base.begin(), base.end(), real.begin(), real.end());
  return end.first == base.end() || base == "/";
}

}  // namespace

Result<std::string> SysrootOf(const std::string& name, const std::string& arch,
                              const std::string& folder,
                              const SourceTools& tools) {
  if (name == "host") return std::string("/");
  if (name.starts_with("debian:")) {
    const auto debs =
        Run("/bin/bash", {tools.fetch_libc, name.substr(7), arch});
    if (!debs) return tl::unexpected(debs.error());
    return Unpack(*debs, folder);
  }
  if (name.starts_with("build:")) {
    const auto copied = harvest::CopyBuiltLibraries(name.substr(6), folder);
    if (!copied) return tl::unexpected(copied.error());
    return folder;
  }
  std::error_code error;
  if (!fs::is_directory(name, error) || HoldsAny(name, ".surface")) {
    return Fail(
        "{}: what is recorded has no C library to run; with --run, OLD and NEW "
        "are each a sysroot, a folder of .deb files, build:DIR, host or "
        "debian:RELEASE",
        name);
  }
  if (HoldsAny(name, ".deb")) return Unpack(name, folder);
  return name;
}

Result<LibraryFiles> FindLibraryFiles(const std::string& root,
                                      const std::string& interpreter,
                                      const Machine& machine) {
  LibraryFiles files;
  std::string other;  // why what was found does not do
  const auto fits = [&](const fs::path& file) {
    if (!IsBelow(root, file)) return false;
    const Result<Machine> its = MachineOf(file);
    if (its && *its == machine) return true;
    other = fmt::format(
        "{} is no use: {}", file.string(),
        its ? "it is of another architecture" : its.error().message);
    return false;
  };
  for (const fs::path& folder : Folders(root)) {
    if (!fits(folder / "libc.so.6") && !fits(folder / "libc.so.6.1")) continue;
    files.folders.push_back(folder);
  }
  if (files.folders.empty()) {
    return Fail("{}: there is no libc.so.6 to run{}", root,
                other.empty() ? "" : "; " + other);
  }
  const fs::path asked = fs::path(interpreter).relative_path();
  std::vector<fs::path> places;
  for (const std::string& folder : files.folders)
    places.push_back(fs::path(folder) / asked.filename());
  places.push_back(fs::path(root) / asked);
  places.push_back(fs::path(root) / "usr" / asked);
  const auto found = std::find_if(places.begin(), places.end(), fits);
  if (found == places.end()) {
    return Fail("{}: it has no dynamic loader {}, which programs ask for{}",
                root, asked.filename().string(),
                other.empty() ? "" : "; " + other);
  }
  files.loader = *found;
  return files;
}

}  // namespace plumbline::gate
