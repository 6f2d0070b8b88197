#include "tools/harvest/sysroot.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gelf.h>
#include <libelf.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <unordered_map>
#include <utility>

#include "tools/cli/descriptor.h"
#include "tools/harvest/packages.h"

namespace plumbline::harvest {
namespace {

namespace fs = std::filesystem;
using cli::Fail;
using cli::Result;

// Folders of /usr/include that are the kernel's alone.
constexpr auto kUapiFolders = std::to_array<std::string_view>(
    {"asm", "asm-generic", "cxl", "drm", "fwctl", "linux", "misc", "mtd",
     "rdma", "regulator", "sound", "video", "xen"});

// Both have files in scsi; these are glibc's.
constexpr auto kGlibcScsi = std::to_array<std::string_view>(
    {"scsi/scsi.h", "scsi/scsi_ioctl.h", "scsi/sg.h"});

// glibc's, for a sysroot that holds other libraries' headers too and has no
// database of packages.
constexpr auto kGlibcFolders = std::to_array<std::string_view>(
    {"arpa",    "bits",      "finclude", "gnu",       "ieee754", "net",
     "netash",  "netatalk",  "netax25",  "neteconet", "netinet", "netipx",
     "netiucv", "netpacket", "netrom",   "netrose",   "nfs",     "protocols",
     "rpc",     "rpcsvc",    "sys"});
constexpr auto kGlibcFiles = std::to_array<std::string_view>(
    {"a.out.h",        "aio.h",         "aliases.h",   "alloca.h",
     "ar.h",           "argp.h",        "argz.h",      "assert.h",
     "byteswap.h",     "complex.h",     "cpio.h",      "crypt.h",
     "ctype.h",        "dirent.h",      "dlfcn.h",     "elf.h",
     "endian.h",       "envz.h",        "err.h",       "errno.h",
     "error.h",        "execinfo.h",    "fcntl.h",     "features-time64.h",
     "features.h",     "fenv.h",        "fmtmsg.h",    "fnmatch.h",
     "fpregdef.h",     "fpu_control.h", "fstab.h",     "fts.h",
     "ftw.h",          "gconv.h",       "getopt.h",    "glob.h",
     "gnu-versions.h", "grp.h",         "gshadow.h",   "iconv.h",
     "ieee754.h",      "ifaddrs.h",     "inttypes.h",  "langinfo.h",
     "lastlog.h",      "libgen.h",      "libintl.h",   "limits.h",
     "link.h",         "locale.h",      "malloc.h",    "math.h",
     "mcheck.h",       "memory.h",      "mntent.h",    "monetary.h",
     "mqueue.h",       "netdb.h",       "nl_types.h",  "nss.h",
     "obstack.h",      "paths.h",       "poll.h",      "printf.h",
     "proc_service.h", "pthread.h",     "pty.h",       "pwd.h",
     "re_comp.h",      "regdef.h",      "regex.h",     "regexp.h",
     "resolv.h",       "sched.h",       "search.h",    "semaphore.h",
     "setjmp.h",       "sgtty.h",       "shadow.h",    "signal.h",
     "spawn.h",        "stab.h",        "stdbit.h",    "stdc-predef.h",
     "stdint.h",       "stdio.h",       "stdio_ext.h", "stdlib.h",
     "string.h",       "strings.h",     "stropts.h",   "syscall.h",
     "sysexits.h",     "syslog.h",      "tar.h",       "termio.h",
     "termios.h",      "tgmath.h",      "thread_db.h", "threads.h",
     "time.h",         "ttyent.h",      "uchar.h",     "ucontext.h",
     "ulimit.h",       "unistd.h",      "ustat.h",     "utime.h",
     "utmp.h",         "utmpx.h",       "values.h",    "wait.h",
     "wchar.h",        "wctype.h",      "wordexp.h"});

// Libraries of glibc by what their names begin with, ".so" after it.
constexpr auto kLibraries = std::to_array<std::string_view>(
    {"libBrokenLocale",   "libSegFault",    "libanl",       "libc",
     "libc_malloc_debug", "libcidn",        "libdl",        "libm",
     "libmemusage",       "libmvec",        "libnsl",       "libnss_compat",
     "libnss_db",         "libnss_dns",     "libnss_files", "libnss_hesiod",
     "libnss_nis",        "libnss_nisplus", "libpcprofile", "libpthread",
     "libresolv",         "librt",          "libthread_db", "libutil"});

template <std::size_t N>
bool IsOneOf(const std::array<std::string_view, N>& all,
             std::string_view name) {
  return std::find(all.begin(), all.end(), name) != all.end();
}

bool IsGlibcName(std::string_view name) {
  const std::size_t slash = name.find('/');
  if (slash == std::string_view::npos) return IsOneOf(kGlibcFiles, name);
  return IsOneOf(kGlibcFolders, name.substr(0, slash)) ||
         IsOneOf(kGlibcScsi, name);
}

// A dynamic loader, or a library of glibc: a file with a version, as the name
// without one is a link for the linker, or a text file.
bool IsLibraryName(std::string_view name) {
  if (name.starts_with("ld-linux") || name.starts_with("ld.so.") ||
      name.starts_with("ld64.so."))
    return name.find(".so.") != std::string_view::npos;
  const std::size_t end = name.find(".so");
  if (end == std::string_view::npos) return false;
  const std::string_view stem = name.substr(0, end);
  const std::string_view rest = name.substr(end + 3);
  // These two have no version.
  const bool bare =
      stem == "libmemusage" || stem == "libpcprofile" || stem == "libSegFault";
  if (!(bare ? rest.empty() : rest.size() > 1 && rest[0] == '.')) return false;
  // libnsl.so.2 is another project's.
  return IsOneOf(kLibraries, stem) && !name.starts_with("libnsl.so.2");
}

std::string ErrorText() { return std::strerror(errno); }

// Walks a folder, and refuses links that lead in circles.
class Walk {
 public:
  // `skip`: names of folders at the top that are not entered.
  Result<std::vector<std::pair<std::string, fs::path>>> Headers(
      const fs::path& folder, const std::set<std::string>& skip) {
    found_.clear();
    const Result<void> done = Enter(folder, "", skip);
    if (!done) return tl::unexpected(done.error());
    return std::move(found_);
  }

 private:
  Result<void> Enter(const fs::path& folder, const std::string& prefix,
                     const std::set<std::string>& skip) {
    struct stat status = {};
    if (stat(folder.c_str(), &status) != 0)
      return Fail("{}: {}", folder.string(), ErrorText());
    const std::pair<dev_t, ino_t> id(status.st_dev, status.st_ino);
    if (std::find(open_.begin(), open_.end(), id) != open_.end())
      return Fail("{}: a link to a folder that it lies in", folder.string());
    open_.push_back(id);
    std::error_code error;
    for (fs::directory_iterator at(folder, error), end; !error && at != end;
         at.increment(error)) {
      const std::string name = at->path().filename().string();
      if (prefix.empty() && skip.contains(name)) continue;
      if (stat(at->path().c_str(), &status) != 0) {
        // A link to nowhere is another package's business; one in a circle is
        // damage.
        if (errno == ENOENT) continue;
        return Fail("{}: {}", at->path().string(), ErrorText());
      }
      if (S_ISDIR(status.st_mode)) {
        const Result<void> done = Enter(at->path(), prefix + name + "/", {});
        if (!done) return done;
      } else if (S_ISREG(status.st_mode) && name.ends_with(".h")) {
        found_.emplace_back(prefix + name, at->path());
      }
    }
    if (error) return Fail("{}: {}", folder.string(), error.message());
    open_.pop_back();
    return {};
  }

  std::vector<std::pair<std::string, fs::path>> found_;
  std::vector<std::pair<dev_t, ino_t>> open_;
};

std::string ReadText(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// The number that `#define NAME number` gives, or -1.
long DefinedNumber(const std::string& text, const std::string& name) {
  const std::string define = "#define";
  for (std::size_t at = text.find(define); at != std::string::npos;
       at = text.find(define, at + 1)) {
    std::istringstream words(text.substr(at + define.size(), 200));
    std::string word;
    long number = 0;
    if (words >> word && word == name && words >> number) return number;
  }
  return -1;
}

// Debian's packages that have parts of a C library or of the kernel's headers,
// and whose files are whose.
struct Packaged {
  struct Header {
    Side side;
    std::size_t package;
  };
  fs::path database;
  std::vector<std::string> packages;                // "libc6-dev:amd64"
  std::unordered_map<std::string, Header> headers;  // by path
  // Their libraries' packages, by path below the root without "/usr", as
  // /lib may be a link to /usr/lib.
  std::unordered_map<std::string, std::size_t> libraries;
};

std::string_view WithoutUsr(std::string_view path) {
  if (path.starts_with("/usr/lib")) path.remove_prefix(4);
  return path;
}

// What the database says of files below the folder of headers, and of
// libraries. `prefix` is the root that the database's paths lack.
Packaged AskPackages(const fs::path& database, const std::string& prefix,
                     const fs::path& include) {
  Packaged packaged;
  packaged.database = database;
  const std::string folder = include.string() + "/";
  std::error_code error;
  for (fs::directory_iterator at(database / "info", error), end;
       !error && at != end; at.increment(error)) {
    std::string name = at->path().filename().string();
    if (!name.ends_with(".list")) continue;
    const bool kernel = name.starts_with("linux-libc-dev");
    const bool libc = name.starts_with("libc6") || name.starts_with("libc0");
    if (!kernel && !libc) continue;
    name.erase(name.size() - 5);
    const bool headers = kernel || name.find("-dev") != std::string::npos;
    const std::size_t package = packaged.packages.size();
    packaged.packages.push_back(name);
    const std::string text = ReadText(at->path());
    std::string_view rest = text;
    while (!rest.empty()) {
      const std::size_t length = std::min(rest.find('\n'), rest.size());
      const std::string_view line = rest.substr(0, length);
      rest.remove_prefix(std::min(length + 1, rest.size()));
      if (headers && line.ends_with(".h")) {
        std::string path = prefix + std::string(line);
        if (path.starts_with(folder))
          packaged.headers[std::move(path)] = {
              kernel ? Side::kUapi : Side::kGlibc, package};
      } else if (!headers && line.find(".so") != std::string_view::npos) {
        packaged.libraries[std::string(WithoutUsr(line))] = package;
      }
    }
  }
  return packaged;
}

// Sets what packages the headers and libraries are of, if dpkg knows.
void FindPackages(const Packaged& packaged, const std::string& prefix,
                  Sysroot& sysroot) {
  std::set<std::string> names;
  for (const HeaderFile& header : sysroot.headers) {
    const auto found = packaged.headers.find(header.file.string());
    if (found != packaged.headers.end())
      names.insert(packaged.packages[found->second.package]);
  }
  for (const fs::path& library : sysroot.libraries) {
    std::string path = library.string();
    path.erase(0, prefix.size());
    const auto found = packaged.libraries.find(std::string(WithoutUsr(path)));
    if (found != packaged.libraries.end())
      names.insert(packaged.packages[found->second]);
  }
  if (names.empty()) return;
  std::vector<std::string> words = {
      "--admindir=" + packaged.database.string(), "--show",
      "--showformat=${Package} ${Version} ${Architecture}\n"};
  words.insert(words.end(), names.begin(), names.end());
  const Result<std::string> answer = RunTool("/usr/bin/dpkg-query", words);
  // Without dpkg, a sysroot is no less a sysroot.
  if (!answer) return;
  std::istringstream lines(*answer);
  for (PackageSource package;
       lines >> package.name >> package.version >> package.arch;)
    sysroot.packages.push_back(package);
}

struct ElfIdentity {
  std::uint16_t machine = 0;
  std::uint8_t elf_class = 0;
  std::uint8_t elf_endian = 0;
  std::uint32_t flags = 0;
};

std::optional<ElfIdentity> Identify(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::array<char, 40> start = {};
  if (!in.read(start.data(), start.size()) ||
      std::memcmp(start.data(), ELFMAG, SELFMAG) != 0)
    return std::nullopt;
  const auto byte = [&start](std::size_t i) {
    return static_cast<std::uint8_t>(start.at(i));
  };
  ElfIdentity identity;
  identity.elf_class = byte(EI_CLASS);
  identity.elf_endian = byte(EI_DATA);
  const bool little = identity.elf_endian == ELFDATA2LSB;
  identity.machine = static_cast<std::uint16_t>(byte(little ? 18 : 19) |
                                                byte(little ? 19 : 18) << 8);
  // Only 32-bit Arm's flags are looked at, which is little-endian here.
  for (std::size_t i = 0; i < 4; ++i)
    identity.flags |= std::uint32_t{byte(36 + i)} << (8 * i);
  return identity;
}

// Folders that libraries may be in, of one architecture.
std::vector<fs::path> LibraryFolders(const fs::path& root,
                                     const Architecture& arch) {
  std::vector<fs::path> folders;
  const std::string multiarch(arch.multiarch);
  for (const char* lib : {"lib", "usr/lib"})
    folders.push_back(root / lib / multiarch);
  for (const char* lib : {"lib64", "usr/lib64", "libx32", "usr/libx32", "lib32",
                          "usr/lib32", "lib", "usr/lib"})
    folders.push_back(root / lib);
  return folders;
}

bool Matches(const ElfIdentity& identity, const Architecture& arch) {
  return identity.machine == arch.machine &&
         identity.elf_class == arch.elf_class &&
         identity.elf_endian == arch.elf_endian &&
         (arch.machine != EM_ARM || ((identity.flags & EF_ARM_ABI_FLOAT_HARD) !=
                                     0) == (arch.name == "armhf"));
}

std::vector<const Architecture*> Candidates(const std::string& asked) {
  std::vector<const Architecture*> all;
  for (const Architecture& arch : Architectures()) {
    if (asked.empty() || asked == arch.name) all.push_back(&arch);
  }
  return all;
}

std::string KnownArchitectures() {
  std::string names;
  for (const Architecture& arch : Architectures())
    names += fmt::format("{}{}", names.empty() ? "" : ", ", arch.name);
  return names;
}

Result<void> FindArchitecture(Sysroot& sysroot, const std::string& asked) {
  const std::vector<const Architecture*> candidates = Candidates(asked);
  if (candidates.empty())
    return Fail("there is no architecture '{}'; known are {}", asked,
                KnownArchitectures());
  std::optional<fs::path> foreign;
  bool found_libc = false;
  // First those with a multiarch folder of their own: armhf and armel look
  // alike in an ELF header.
  for (const bool own_folder : {true, false}) {
    for (const Architecture* arch : candidates) {
      std::error_code error;
      if (own_folder != fs::exists(sysroot.root / "usr/include" /
                                       std::string(arch->multiarch),
                                   error))
        continue;
      for (const fs::path& folder : LibraryFolders(sysroot.root, *arch)) {
        for (const char* name : {"libc.so.6", "libc.so.6.1"}) {
          const fs::path libc = folder / name;
          if (!fs::exists(libc, error)) continue;
          found_libc = true;
          const auto identity = Identify(libc);
          if (!identity)
            return Fail("{}: not an ELF file, or a damaged one", libc.string());
          if (Matches(*identity, *arch)) {
            sysroot.arch = arch;
            return {};
          }
          foreign = libc;
        }
      }
    }
  }
  if (foreign && !asked.empty())
    return Fail("{}: of another architecture than {}", foreign->string(),
                asked);
  if (found_libc)
    return Fail("{}: of an architecture that is not known; known are {}",
                foreign->string(), KnownArchitectures());
  return Fail(
      "{}: no libc.so.6{} below: half a sysroot? It takes the C library "
      "(package libc6), its headers (libc6-dev) and the kernel's "
      "(linux-libc-dev)",
      sysroot.root.string(), asked.empty() ? std::string() : " of " + asked);
}

// `packaged` and its `prefix` are set if a database of packages is asked.
Result<void> FindHeaders(Sysroot& sysroot, const SysrootOptions& options,
                         Packaged& packaged, std::string& prefix) {
  std::error_code error;
  const std::string multiarch(sysroot.arch->multiarch);
  fs::path include = sysroot.root / "usr/include";
  if (!fs::exists(include, error)) include = sysroot.root / "include";
  if (!fs::exists(include, error))
    return Fail("{}: neither usr/include nor include below: half a sysroot?",
                sysroot.root.string());
  if (fs::exists(include / multiarch, error))
    sysroot.include_folders.push_back(include / multiarch);
  sysroot.include_folders.push_back(include);

  // A database of packages of the sysroot itself, or of this machine for a
  // cross compiler's.
  if (!options.nothing_else) {
    const std::string root = sysroot.root == "/" ? "" : sysroot.root.string();
    packaged = AskPackages(sysroot.root / "var/lib/dpkg", root, include);
    prefix = root;
    if (packaged.headers.empty()) {
      packaged = AskPackages("/var/lib/dpkg", "", include);
      prefix.clear();
    }
    if (!packaged.headers.contains((include / "features.h").string()))
      packaged = {};
  }

  // Other architectures' folders lie beside the headers.
  std::set<std::string> skip;
  for (const Architecture& arch : Architectures()) skip.emplace(arch.multiarch);
  for (fs::directory_iterator at(include, error), end; !error && at != end;
       at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (name.find("-linux-") != std::string::npos) skip.insert(name);
  }
  skip.insert("c++");
  std::set<std::string> seen;
  for (const fs::path& folder : sysroot.include_folders) {
    auto found = Walk().Headers(folder, skip);
    if (!found) return tl::unexpected(found.error());
    for (auto& [name, file] : *found) {
      if (!seen.insert(name).second) continue;
      HeaderFile header{.name = name, .file = file};
      if (!packaged.headers.empty()) {
        const auto known = packaged.headers.find(file.string());
        if (known == packaged.headers.end()) {
          ++sysroot.foreign;
          continue;
        }
        header.side = known->second.side;
      } else if (options.uapi_names.contains(name) || IsUapiName(name)) {
        header.side = Side::kUapi;
      } else if (!options.nothing_else && !IsGlibcName(name)) {
        ++sysroot.foreign;
        continue;
      }
      sysroot.headers.push_back(std::move(header));
    }
  }
  std::sort(sysroot.headers.begin(), sysroot.headers.end(),
            [](const HeaderFile& a, const HeaderFile& b) {
              return std::tie(a.side, a.name) < std::tie(b.side, b.name);
            });
  return {};
}

Result<void> FindVersions(Sysroot& sysroot) {
  long major = -1, minor = -1, code = -1;
  for (const HeaderFile& header : sysroot.headers) {
    if (header.name == "features.h") {
      const std::string text = ReadText(header.file);
      major = DefinedNumber(text, "__GLIBC__");
      minor = DefinedNumber(text, "__GLIBC_MINOR__");
    } else if (header.name == "linux/version.h") {
      code = DefinedNumber(ReadText(header.file), "LINUX_VERSION_CODE");
    }
  }
  if (major < 0 || minor < 0)
    return Fail(
        "{}: no features.h of glibc among its headers: half a sysroot? "
        "Package libc6-dev brings them",
        sysroot.root.string());
  if (code < 0)
    return Fail(
        "{}: no linux/version.h among its headers: half a sysroot? Package "
        "linux-libc-dev brings them",
        sysroot.root.string());
  sysroot.libc = fmt::format("glibc {}.{}", major, minor);
  sysroot.kernel_headers =
      fmt::format("{}.{}.{}", code >> 16, (code >> 8) & 0xff, code & 0xff);
  return {};
}

void FindLibraries(Sysroot& sysroot) {
  std::set<std::string> seen;
  std::set<std::pair<dev_t, ino_t>> files;
  for (const fs::path& folder : LibraryFolders(sysroot.root, *sysroot.arch)) {
    std::error_code error;
    std::vector<fs::path> found;
    for (fs::directory_iterator at(folder, error), end; !error && at != end;
         at.increment(error)) {
      const std::string name = at->path().filename().string();
      if (IsLibraryName(name)) found.push_back(at->path());
    }
    std::sort(found.begin(), found.end());
    for (const fs::path& path : found) {
      struct stat status = {};
      if (stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode))
        continue;
      const auto identity = Identify(path);
      // Damaged ones are for the reader of symbols to complain of.
      if (identity && !Matches(*identity, *sysroot.arch)) continue;
      const std::string name = path.filename().string();
      // libc-2.31.so and libc.so.6 are one file.
      if (!files.emplace(status.st_dev, status.st_ino).second) continue;
      if (seen.insert(name).second) sysroot.libraries.push_back(path);
    }
  }
}

}  // namespace

bool IsUapiName(std::string_view name) {
  const std::size_t slash = name.find('/');
  if (slash == std::string_view::npos) return false;
  const std::string_view folder = name.substr(0, slash);
  return IsOneOf(kUapiFolders, folder) ||
         (folder == "scsi" && !IsOneOf(kGlibcScsi, name));
}

Result<std::set<std::string>> HeaderNames(const fs::path& root) {
  std::set<std::string> names;
  std::error_code error;
  std::vector<fs::path> folders = {root / "usr/include", root / "include"};
  for (const Architecture& arch : Architectures())
    folders.push_back(root / "usr/include" / arch.multiarch);
  for (const fs::path& folder : folders) {
    if (!fs::exists(folder, error)) continue;
    auto found = Walk().Headers(folder, {});
    if (!found) return tl::unexpected(found.error());
    for (auto& [name, file] : *found) names.insert(name);
  }
  return names;
}

Result<Sysroot> ReadSysroot(const fs::path& root,
                            const SysrootOptions& options) {
  std::error_code error;
  Sysroot sysroot;
  sysroot.root = fs::canonical(root, error);
  if (error) return Fail("{}: {}", root.string(), error.message());
  if (!fs::is_directory(sysroot.root, error))
    return Fail("{}: not a folder", root.string());
  Packaged packaged;
  std::string prefix;
  const Result<void> done =
      FindArchitecture(sysroot, options.arch)
          .and_then(
              [&] { return FindHeaders(sysroot, options, packaged, prefix); })
          .and_then([&] { return FindVersions(sysroot); });
  if (!done) return tl::unexpected(done.error());
  FindLibraries(sysroot);
  FindPackages(packaged, prefix, sysroot);
  return sysroot;
}

}  // namespace plumbline::harvest
