#include "tools/cli/emulators.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

namespace plumbline::cli {
namespace {

bool IsProgram(const std::string& path) {
  struct stat status = {};
  return stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
         access(path.c_str(), X_OK) == 0;
}

// "10.0", rather than a path.
bool IsRelease(std::string_view text) {
  const std::size_t dot = text.find('.');
  return dot != 0 && dot != std::string_view::npos && dot + 1 < text.size() &&
         text.find_first_not_of("0123456789", dot + 1) ==
             std::string_view::npos &&
         text.find_first_not_of("0123456789") == dot;
}

// Whether a target is emulated by a program of that name.
bool IsEmulator(std::span<const Target> targets, const std::string& name) {
  return std::any_of(targets.begin(), targets.end(), [&](const Target& target) {
    return !target.qemu.empty() && (name == "qemu-" + target.qemu ||
                                    name == "qemu-" + target.qemu + "-static");
  });
}

bool HoldsEmulator(std::span<const Target> targets, const std::string& folder) {
  return std::any_of(targets.begin(), targets.end(), [&](const Target& target) {
    const std::string program = folder + "/qemu-" + target.qemu;
    return !target.qemu.empty() &&
           (IsProgram(program) || IsProgram(program + "-static"));
  });
}

using Finder = std::function<std::optional<std::string>(const std::string&)>;

// Asks `usual` for what is no emulator.
Finder FindBy(Finder emulator, Finder usual) {
  return [emulator = std::move(emulator),
          usual = std::move(usual)](const std::string& name) {
    return name.starts_with("qemu-") ? emulator(name) : usual(name);
  };
}

}  // namespace

Result<Host> WithEmulators(Host host, std::span<const Target> targets,
                           const std::string& named, const std::string& cache) {
  std::string path = named;
  struct stat status = {};
  if (IsRelease(named) && stat(path.c_str(), &status) != 0) {
    path = cache + "/qemu/" + named;
    if (!HoldsEmulator(targets, path)) {
      return Fail(
          "--qemu {0}: that release was not fetched; run "
          "tools/toolchains/fetch_qemu.sh {0}",
          named);
    }
  }
  if (stat(path.c_str(), &status) != 0)
    return Fail("--qemu {}: {}", named, std::strerror(errno));
  if (!S_ISDIR(status.st_mode)) {
    const std::string name = path.substr(path.rfind('/') + 1);
    if (!IsEmulator(targets, name)) {
      return Fail(
          "--qemu {}: no architecture's emulator is named '{}'; it is "
          "qemu-aarch64, qemu-s390x-static and the like",
          named, name);
    }
    if (!IsProgram(path)) return Fail("--qemu {}: it is no program", named);
    host.other_emulators = named + " is not";
    // With a slash it is not looked for in $PATH.
    if (path == name) path = "./" + path;
    host.find_program = FindBy(
        [=](const std::string& wanted) {
          return wanted == name ? std::optional(path) : std::nullopt;
        },
        host.find_program);
    return host;
  }
  for (const std::string& folder : {path, path + "/usr/bin"}) {
    if (!HoldsEmulator(targets, folder)) continue;
    host.other_emulators = named + " has no";
    host.find_program = FindBy(
        [=](const std::string& wanted) {
          std::string program = folder + "/" + wanted;
          return IsProgram(program) ? std::optional(program) : std::nullopt;
        },
        host.find_program);
    return host;
  }
  return Fail(
      "--qemu {}: neither it nor its usr/bin holds an emulator "
      "(qemu-aarch64, qemu-s390x-static and the like)",
      named);
}

std::string CacheFolder() {
  if (const char* cache = std::getenv("PLUMBLINE_CACHE")) return cache;
  const char* home = std::getenv("HOME");
  return std::string(home != nullptr ? home : "") + "/.cache/plumbline";
}

}  // namespace plumbline::cli
