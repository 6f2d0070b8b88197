#include "tools/harvest/build_tree.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "tools/harvest/architectures.h"
#include "tools/harvest/sysroot.h"

namespace plumbline::harvest {
namespace {

namespace fs = std::filesystem;
using cli::Fail;
using cli::Result;

// Those that glibc gives a version to, but does not build.
constexpr std::string_view kOthers[] = {"libgcc_s", "libnss_ldap"};

std::string Trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return "";
  return std::string(
      text.substr(first, text.find_last_not_of(kSpace) - first + 1));
}

// The assignments NAME = VALUE of a makefile that configure or make has
// written.
std::map<std::string, std::string> Assignments(const fs::path& file) {
  std::map<std::string, std::string> values;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    const std::size_t equals = line.find('=');
    if (line.starts_with('#') || equals == std::string::npos || equals == 0 ||
        line[equals - 1] == '+')
      continue;
    values[Trimmed(std::string_view(line).substr(0, equals))] =
        Trimmed(std::string_view(line).substr(equals + 1));
  }
  return values;
}

class Staging {
 public:
  Staging(fs::path tree, fs::path root)
      : tree_(std::move(tree)), root_(std::move(root)) {}

  Result<void> Run() {
    if (!fs::is_regular_file(tree_ / "config.make", error_))
      return Fail(
          "{}: no build tree of glibc, as it has no config.make; in an empty "
          "folder, run SOURCE/configure --prefix=/usr, and make",
          tree_.string());
    config_ = Assignments(tree_ / "config.make");
    return LinkLibraries()
        .and_then([this] { return InstallHeaders(); })
        .and_then([this] { return CopyKernelHeaders(); });
  }

 private:
  tl::unexpected<cli::Error> NotBuilt(std::string_view what) const {
    return Fail("{}: not built, or not to its end: {}; run make -C {}",
                tree_.string(), what, tree_.string());
  }

  // By their names in the tree: "libm.so", in math.
  std::map<std::string, fs::path> BuiltLibraries() {
    std::map<std::string, fs::path> built;
    const auto take = [&](const fs::path& folder) {
      std::error_code error;
      for (fs::directory_iterator at(folder, error), end; !error && at != end;
           at.increment(error)) {
        if (at->path().extension() == ".so" && fs::is_regular_file(*at, error))
          built.emplace(at->path().filename().string(), at->path());
      }
    };
    take(tree_);
    for (fs::directory_iterator at(tree_, error_), end; !error_ && at != end;
         at.increment(error_)) {
      std::error_code error;
      if (fs::is_directory(*at, error)) take(at->path());
    }
    return built;
  }

  // Whether configure was told to leave the library out.
  bool IsLeftOut(const std::string& library) const {
    for (const auto& [name, option] :
         {std::pair("libcrypt", "build-crypt"),
          std::pair("libmvec", "build-mathvec"),
          std::pair("libnsl", "build-obsolete-nsl")}) {
      const auto found = config_.find(option);
      if (library == name && found != config_.end() && found->second != "yes")
        return true;
    }
    return std::find(std::begin(kOthers), std::end(kOthers), library) !=
           std::end(kOthers);
  }

  Result<void> LinkLibraries() {
    constexpr std::string_view kVersion = ".so-version";
    const auto versions = Assignments(tree_ / "soversions.mk");
    if (versions.empty()) return NotBuilt("soversions.mk is missing");
    const std::map<std::string, fs::path> built = BuiltLibraries();
    const fs::path folder = root_ / "lib";
    fs::create_directories(folder, error_);
    std::vector<std::string> missing;
    const auto link = [&](const std::string& name, const std::string& as) {
      const auto found = built.find(name);
      if (found == built.end()) return false;
      fs::create_symlink(found->second, folder / as, error_);
      return !error_;
    };
    for (const auto& [name, version] : versions) {
      if (!name.ends_with(kVersion)) continue;
      const std::string library = name.substr(0, name.size() - kVersion.size());
      // ".6" of libc.so.6; the dynamic loader has a name of its own.
      const std::string as =
          version.starts_with('.') ? library + ".so" + version : version;
      if (!link(library + ".so", as) && !IsLeftOut(library))
        missing.push_back(library + ".so");
    }
    for (const char* preloaded : {"libmemusage.so", "libpcprofile.so"})
      link(preloaded, preloaded);
    if (!missing.empty())
      return NotBuilt(fmt::format("{} missing: {}",
                                  missing.size() == 1 ? "this is" : "these are",
                                  fmt::join(missing, ", ")));
    return {};
  }

  Result<void> InstallHeaders() {
    const std::vector<std::string> arguments = {
        "-C",
        tree_.string(),
        "--no-print-directory",
        "install-headers",
        "install_root=" + root_.string(),
        "includedir=/usr/include"};
    const Result<std::string> made = RunTool("/usr/bin/make", arguments);
    if (!made)
      return Fail("{}: make -C {} install-headers install_root=FOLDER: {}",
                  tree_.string(), tree_.string(), made.error().message);
    // A sum of the tree's parts, which comes last.
    if (!fs::exists(root_ / "usr/include/gnu/stubs.h", error_))
      return NotBuilt("its install-headers installs no gnu/stubs.h");
    return {};
  }

  // Folders that the compiler finds the kernel's headers in: of a cross
  // compiler, its own.
  std::vector<fs::path> KernelFolders() {
    if (const std::string& asked = config_["sysheaders"]; !asked.empty())
      return {asked};
    const std::string compiler =
        config_["CC"].substr(0, config_["CC"].find(' '));
    constexpr std::string_view kGcc = "-gcc";
    const std::size_t at = compiler.rfind(kGcc);
    if (at != std::string::npos) {
      const fs::path own = fs::path("/usr") /
                           fs::path(compiler.substr(0, at)).filename() /
                           "include";
      if (fs::exists(own / "linux/version.h", error_)) return {own};
    }
    std::vector<fs::path> folders = {"/usr/include"};
    // Debian has asm/ in the folder of the architecture, which is the machine's
    // own: its compiler is no cross compiler.
    for (const Architecture& arch : Architectures()) {
      const fs::path folder = fs::path("/usr/include") / arch.multiarch;
      const std::string_view machine =
          arch.multiarch.substr(0, arch.multiarch.find('-'));
      if (!fs::exists(folder / "asm/unistd.h", error_) ||
          (config_["config-machine"] != machine &&
           config_["base-machine"] != machine))
        continue;
      folders.push_back(folder);
      break;
    }
    return folders;
  }

  Result<void> CopyKernelHeaders() {
    const fs::path to = root_ / "usr/include";
    const std::vector<fs::path> folders = KernelFolders();
    for (const fs::path& folder : folders) {
      for (fs::directory_iterator at(folder, error_), end; !error_ && at != end;
           at.increment(error_)) {
        const std::string name = at->path().filename().string();
        std::error_code error;
        if (!fs::is_directory(*at, error) || !IsUapiName(name + "/x.h"))
          continue;
        // What both have in scsi/ is glibc's.
        fs::copy(at->path(), to / name,
                 fs::copy_options::recursive | fs::copy_options::skip_existing,
                 error);
        if (error) return Fail("{}: {}", at->path().string(), error.message());
      }
    }
    if (fs::exists(to / "linux/version.h", error_)) return {};
    std::vector<std::string> names;
    for (const fs::path& folder : folders) names.push_back(folder.string());
    return Fail(
        "{}: no linux/version.h in {}, which its configure was told of; make "
        "headers_install of the kernel, and configure --with-headers=FOLDER",
        tree_.string(), fmt::join(names, " or "));
  }

  fs::path tree_, root_;
  std::map<std::string, std::string> config_;
  std::error_code error_;
};

}  // namespace

Result<TemporaryFolder> StageBuildTree(const fs::path& tree) {
  std::error_code error;
  const fs::path whole = fs::canonical(tree, error);
  if (error) return Fail("{}: {}", tree.string(), error.message());
  Result<TemporaryFolder> folder = TemporaryFolder::Make();
  if (!folder) return folder;
  const Result<void> done = Staging(whole, folder->path()).Run();
  if (!done) return tl::unexpected(done.error());
  return folder;
}

}  // namespace plumbline::harvest
