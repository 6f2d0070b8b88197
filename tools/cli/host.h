// What this machine can run, and what it would have to install to run more.

#ifndef PLUMBLINE_TOOLS_CLI_HOST_H_
#define PLUMBLINE_TOOLS_CLI_HOST_H_

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tools/cli/targets.h"

namespace plumbline::cli {

// How this machine is asked; a test gives other answers.
struct Host {
  std::string machine;  // as `uname -m` says

  // The path of a program in $PATH.
  std::function<std::optional<std::string>(const std::string& name)>
      find_program;

  std::function<bool(const std::string& path)> exists;

  // Whether the kernel executes programs of this other architecture of the same
  // processor family.
  std::function<bool(std::string_view arch)> kernel_executes;

  // The release of the emulator at that path, "7.2.22".
  std::function<std::optional<std::string>(const std::string& path)>
      emulator_version;

  // Where --qemu named emulators, so that `find_program` finds no others: what
  // is said before one that is missing, such as "~/qemu has no".
  std::string other_emulators;
};

Host ThisHost();

// The declared architecture that the machine is; "" if none.
std::string NativeArchitecture(const Host& host,
                               std::span<const Target> targets);

// Whether a target's programs run on the machine without an emulator.
bool RunsNatively(const Host& host, std::span<const Target> targets,
                  const Target& target);

// kObjectFiles: the checker is a program of this machine, and judges the
// target from what its compiler wrote.
enum class RunBy { kNobody, kKernel, kQemu, kObjectFiles };

struct Runner {
  RunBy by = RunBy::kNobody;
  std::string emulator;  // path of the emulator, where one is needed
  std::string version;   // its release
  std::string
      root;  // folder that holds the target's C library, for the emulator
  std::string missing;  // why nobody runs it: "qemu-alpha-static is missing"
  std::string install;  // Debian package that would help; "" if none would
};

Runner FindRunner(const Host& host, std::span<const Target> targets,
                  const Target& target);

// "native", "qemu-user", "object files" or "none".
std::string_view RunnerName(RunBy by);

// The emulator and its release, "qemu-user 7.2.22"; "" where none runs.
std::string EmulatorName(const Runner& runner);

// Debian's package of the compiler that builds the target's checker, and that
// compiler.
std::string CompilerPackage(const Host& host, std::span<const Target> targets,
                            const Target& target);
std::string CompilerName(const Target& target);

}  // namespace plumbline::cli

#endif  // PLUMBLINE_TOOLS_CLI_HOST_H_
