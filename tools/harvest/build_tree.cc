#include "tools/harvest/build_tree.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gelf.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

#include "tools/cli/descriptor.h"
#include "tools/cli/output.h"
#include "tools/harvest/architectures.h"
#include "tools/harvest/elf_handle.h"
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

// The name of a section that says what a function is: a stub.
constexpr std::string_view kStub = ".gnu.glibc-stub.";

class Staging {
 public:
  Staging(fs::path tree, fs::path root)
      : tree_(std::move(tree)), root_(std::move(root)) {}

  Result<void> CopyLibraries() {
    const Result<void> done = ReadConfiguration();
    if (!done) return done;
    return PlaceLibraries(
        [](const fs::path& from, const fs::path& to, std::error_code& error) {
          fs::copy_file(from, to, error);
        });
  }

  Result<void> Run() {
    const Result<void> done = ReadConfiguration();
    if (!done) return done;
    return PlaceLibraries([](const fs::path& from, const fs::path& to,
                             std::error_code& error) {
             fs::create_symlink(from, to, error);
           })
        .and_then([this] { return InstallHeaders(); })
        .and_then([this] { return CopyKernelHeaders(); });
  }

 private:
  Result<void> ReadConfiguration() {
    if (!fs::is_regular_file(tree_ / "config.make", error_))
      return Fail(
          "{}: no build tree of glibc, as it has no config.make; in an empty "
          "folder, run SOURCE/configure --prefix=/usr, and make",
          tree_.string());
    config_ = Assignments(tree_ / "config.make");
    return {};
  }

  tl::unexpected<cli::Error> NotBuilt(std::string_view what) const {
    return Fail("{}: not built, or not to its end: {}; run make -C {}",
                tree_.string(), what, tree_.string());
  }

  // The regular files in the tree and its folders.
  std::vector<fs::path> Files(std::string_view extension) {
    std::vector<fs::path> found;
    const auto take = [&](const fs::path& folder) {
      std::error_code error;
      for (fs::directory_iterator at(folder, error), end; !error && at != end;
           at.increment(error)) {
        if (at->path().extension() == extension &&
            fs::is_regular_file(*at, error))
          found.push_back(at->path());
      }
    };
    take(tree_);
    for (fs::directory_iterator at(tree_, error_), end; !error_ && at != end;
         at.increment(error_)) {
      std::error_code error;
      if (fs::is_directory(*at, error)) take(at->path());
    }
    return found;
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

  // Puts each library below the root, by the name that programs ask for, in a
  // way of the caller's: place(from, to, error).
  template <typename Place>
  Result<void> PlaceLibraries(Place place) {
    constexpr std::string_view kVersion = ".so-version";
    const auto versions = Assignments(tree_ / "soversions.mk");
    if (versions.empty()) return NotBuilt("soversions.mk is missing");
    // By their names in the tree: "libm.so", in math.
    std::map<std::string, fs::path> built;
    for (const fs::path& library : Files(".so"))
      built.emplace(library.filename().string(), library);
    const fs::path folder = root_ / "lib";
    fs::create_directories(folder, error_);
    std::vector<std::string> missing;
    const auto link = [&](const std::string& name, const std::string& as) {
      const auto found = built.find(name);
      if (found == built.end()) return false;
      place(found->second, folder / as, error_);
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
    const Result<void> made = Make("install-headers");
    if (!made) return made;
    return InstallRest();
  }

  // What only the whole `make install` has, after all else: gnu/lib-names*.h,
  // and gnu/stubs*.h, which sums up the parts of the tree. With ABI variants
  // these are a header for the variant, and one that chooses.
  Result<void> InstallRest() {
    const fs::path to = root_ / "usr/include/gnu";
    fs::create_directories(to, error_);
    constexpr std::string_view kNames = "lib-names-";
    std::string variant;
    for (fs::directory_iterator at(tree_ / "gnu", error_), end;
         !error_ && at != end; at.increment(error_)) {
      const std::string name = at->path().stem().string();
      if (at->path().extension() != ".h" || !name.starts_with("lib-names"))
        continue;
      fs::copy_file(at->path(), to / at->path().filename(),
                    fs::copy_options::skip_existing, error_);
      if (error_) return Fail("{}: {}", at->path().string(), error_.message());
      if (name.starts_with(kNames)) variant = name.substr(kNames.size());
    }
    const Result<std::string> stubs = Stubs();
    if (!stubs) return tl::unexpected(stubs.error());
    const Result<void> written = cli::WriteFile(
        to / (variant.empty() ? "stubs.h" : fmt::format("stubs-{}.h", variant)),
        *stubs);
    if (!written || variant.empty()) return written;
    // Without variants, this would install everything first.
    return Make(to / "stubs.h");
  }

  // A macro for each function that only fails: glibc's objects tell them by a
  // section.
  Result<std::string> Stubs() {
    std::set<std::string> names;
    for (const fs::path& archive : Files(".a")) {
      const Result<void> taken = TakeStubs(archive, names);
      if (!taken) return tl::unexpected(taken.error());
    }
    const fs::path source = tree_ / Assignments(tree_ / "Makefile")["srcdir"];
    std::string text;
    std::ifstream prologue(source / "include/stubs-prologue.h");
    for (std::string line; std::getline(prologue, line);) {
      if (!line.starts_with('@')) text += line + "\n";
    }
    for (const std::string& name : names)
      text += fmt::format("#define __stub_{}\n", name);
    return text;
  }

  // An archive, or one object by its name (libmcheck.a). What is neither has no
  // functions: a script of the linker.
  static Result<void> TakeStubs(const fs::path& archive,
                                std::set<std::string>& names) {
    const cli::Descriptor file(open(archive.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) return Fail("{}: {}", archive.string(), std::strerror(errno));
    elf_version(EV_CURRENT);
    const ElfHandle whole(elf_begin(file.get(), ELF_C_READ, nullptr));
    if (whole == nullptr || elf_kind(whole.get()) != ELF_K_AR) {
      TakeStubsOf(whole.get(), names);
      return {};
    }
    Elf_Cmd command = ELF_C_READ;
    while (command != ELF_C_NULL) {
      const ElfHandle member(elf_begin(file.get(), command, whole.get()));
      if (member == nullptr) break;
      TakeStubsOf(member.get(), names);
      command = elf_next(member.get());
    }
    return {};
  }

  static void TakeStubsOf(Elf* object, std::set<std::string>& names) {
    std::size_t texts = 0;
    if (elf_kind(object) != ELF_K_ELF || elf_getshdrstrndx(object, &texts) != 0)
      return;
    for (Elf_Scn* section = elf_nextscn(object, nullptr); section != nullptr;
         section = elf_nextscn(object, section)) {
      GElf_Shdr header;
      if (gelf_getshdr(section, &header) == nullptr) return;
      const char* name = elf_strptr(object, texts, header.sh_name);
      if (name != nullptr && std::string_view(name).starts_with(kStub))
        names.insert(name + kStub.size());
    }
  }

  Result<void> Make(const std::string& target) const {
    const std::string jobs =
        fmt::format("-j{}", std::max(1U, std::thread::hardware_concurrency()));
    const Result<std::string> made =
        RunTool("/usr/bin/make",
                {"-C", tree_.string(), "--no-print-directory", jobs, target,
                 "install_root=" + root_.string(), "includedir=/usr/include"});
    if (made) return {};
    return Fail("{}: make -C {} {} install_root=FOLDER: {}", tree_.string(),
                tree_.string(), target, made.error().message);
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

Result<void> CopyBuiltLibraries(const fs::path& tree, const fs::path& root) {
  std::error_code error;
  const fs::path whole = fs::canonical(tree, error);
  if (error) return Fail("{}: {}", tree.string(), error.message());
  return Staging(whole, root).CopyLibraries();
}

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
