#include "tools/cli/host.h"

#include <fcntl.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <map>

#include "tools/cli/process.h"
#include "tools/cli/tiny_elf.h"

namespace plumbline::cli {
namespace {

// What `uname -m` says where it is neither Debian's name nor the emulator's.
const std::map<std::string, std::string, std::less<>> kMachines = {
    {"aarch64", "arm64"}, {"armv7l", "armhf"}, {"armv8l", "armhf"},
    {"i586", "i386"},     {"i686", "i386"},    {"parisc", "hppa"},
    {"parisc64", "hppa"}, {"sh4a", "sh4"},
};

// Architectures whose programs the kernel of another may run.
const std::map<std::string, std::vector<std::string>, std::less<>> kAlsoNative =
    {
        {"amd64", {"i386", "x32"}},
};

std::string CLibraryPackage(const Target& target) {
  // Debian names the package after the library's soname, which is libc.so.6.1
  // there.
  return (target.arch == "alpha" ? "libc6.1-" : "libc6-") + target.arch +
         "-cross";
}

std::string CrossRoot(const Target& target) { return "/usr/" + target.triple; }

bool KernelExecutes(std::string_view arch) {
  const std::string program = TinyElf(arch);
  if (program.empty()) return false;
  const Result<Descriptor> file = MakeExecutable(program);
  if (!file) return false;
  const Result<Finished> finished =
      RunProgram(*file, "", {"plumbline-probe"}, {std::chrono::seconds(10), 1});
  return finished && finished->Succeeded();
}

// Asks it; its first line is "qemu-s390x version 7.2.22 (Debian …)". Another
// program or another architecture's emulator of that name does not answer so.
std::optional<std::string> EmulatorVersion(const std::string& path) {
  const Descriptor nothing(open("/dev/null", O_RDONLY | O_CLOEXEC));
  const Result<Finished> finished =
      RunProgram(nothing, path, {path, "--version"},
                 {std::chrono::seconds(10), std::size_t{1} << 16});
  if (!finished || !finished->Succeeded()) return std::nullopt;
  constexpr std::string_view kStatic = "-static";
  std::string name = path.substr(path.rfind('/') + 1);
  if (name.ends_with(kStatic)) name.resize(name.size() - kStatic.size());
  const std::string words = name + " version ";
  if (!finished->output.starts_with(words)) return std::nullopt;
  const std::size_t start = words.size();
  const std::string version = finished->output.substr(
      start, finished->output.find_first_not_of("0123456789.", start) - start);
  if (version.empty()) return std::nullopt;
  return version;
}

std::string EmulatorIsMissing(const Host& host, const Target& target) {
  const std::string name = "qemu-" + target.qemu;
  if (host.other_emulators.empty()) return name + "-static is missing";
  return host.other_emulators + " " + name;
}

}  // namespace

Host ThisHost() {
  utsname name = {};
  uname(&name);
  Host host;
  host.machine = name.machine;
  host.find_program =
      [](const std::string& program) -> std::optional<std::string> {
    const char* variable = std::getenv("PATH");
    const std::string path = variable != nullptr ? variable : "/usr/bin:/bin";
    for (std::size_t start = 0; start <= path.size();) {
      const std::size_t end = std::min(path.find(':', start), path.size());
      const std::string folder = path.substr(start, end - start);
      start = end + 1;
      const std::string file = (folder.empty() ? "." : folder) + "/" + program;
      if (access(file.c_str(), X_OK) == 0) return file;
    }
    return std::nullopt;
  };
  host.exists = [](const std::string& path) {
    return access(path.c_str(), F_OK) == 0;
  };
  host.kernel_executes = KernelExecutes;
  host.emulator_version = EmulatorVersion;
  return host;
}

std::string NativeArchitecture(const Host& host,
                               std::span<const Target> targets) {
  const auto renamed = kMachines.find(host.machine);
  for (const Target& target : targets) {
    if (target.arch == host.machine || target.qemu == host.machine ||
        (renamed != kMachines.end() && target.arch == renamed->second)) {
      return target.arch;
    }
  }
  return "";
}

bool RunsNatively(const Host& host, std::span<const Target> targets,
                  const Target& target) {
  const std::string native = NativeArchitecture(host, targets);
  if (native == target.arch) return !native.empty();
  const auto also = kAlsoNative.find(native);
  if (also == kAlsoNative.end()) return false;
  const std::vector<std::string>& archs = also->second;
  return std::find(archs.begin(), archs.end(), target.arch) != archs.end() &&
         host.kernel_executes(target.arch);
}

Runner FindRunner(const Host& host, std::span<const Target> targets,
                  const Target& target) {
  Runner runner;
  if (!target.runs) {
    runner.by = RunBy::kObjectFiles;
    return runner;
  }
  const std::string native = NativeArchitecture(host, targets);
  if (target.arch == native) {
    runner.by = RunBy::kKernel;
    return runner;
  }
  const auto without = [&](std::string missing, std::string install) {
    runner.by = RunBy::kNobody;
    runner.missing = std::move(missing);
    runner.install = std::move(install);
    return runner;
  };
  const bool natively = RunsNatively(host, targets, target);
  if (!natively && target.qemu.empty()) {
    return without("neither the kernel nor qemu-user runs it", "");
  }
  if (!natively) {
    const std::string usual = "qemu-" + target.qemu + "-static";
    std::optional<std::string> emulator = host.find_program(usual);
    if (!emulator) emulator = host.find_program("qemu-" + target.qemu);
    if (!emulator) {
      return without(EmulatorIsMissing(host, target),
                     host.other_emulators.empty() ? "qemu-user-static" : "");
    }
    const std::optional<std::string> version = host.emulator_version(*emulator);
    if (!version) {
      return without(*emulator + " does not answer --version with 'qemu-" +
                         target.qemu + " version …'",
                     "");
    }
    runner.emulator = *emulator;
    runner.version = *version;
    runner.root = CrossRoot(target);
  }
  if (!host.exists(CrossRoot(target) + "/lib")) {
    return without("its C library is not in " + CrossRoot(target),
                   CLibraryPackage(target));
  }
  runner.by = natively ? RunBy::kKernel : RunBy::kQemu;
  return runner;
}

std::string_view RunnerName(RunBy by) {
  switch (by) {
    case RunBy::kKernel:
      return "native";
    case RunBy::kQemu:
      return "qemu-user";
    case RunBy::kObjectFiles:
      return "object files";
    case RunBy::kNobody:
      return "none";
  }
  return "none";
}

std::string EmulatorName(const Runner& runner) {
  if (runner.by != RunBy::kQemu) return "";
  return std::string(RunnerName(runner.by)) + " " + runner.version;
}

std::string CompilerPackage(const Host& host, std::span<const Target> targets,
                            const Target& target) {
  if (target.arch == NativeArchitecture(host, targets)) return "g++";
  std::string package = "g++-" + target.triple;
  // A package's name has no underscore.
  std::replace(package.begin(), package.end(), '_', '-');
  return package;
}

std::string CompilerName(const Target& target) {
  return target.triple + "-g++";
}

}  // namespace plumbline::cli
