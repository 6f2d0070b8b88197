// A checker of errors that reports as the environment tells it:
// PLUMBLINE_FAKE_ERRORS is the behaviour. What is asked for by --only and its
// like is obeyed.

#include <fnmatch.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

int main(int argc, char** argv) {
  if (argc < 5 || std::string_view(argv[1]) != "--report" ||
      std::string_view(argv[2]) != "--emulator") {
    return 64;
  }
  const std::string_view classes = argv[4];
  if (classes != "--privileged" && classes != "--unprivileged") return 65;
  const bool privileged = classes == "--privileged";
  // Nothing of an emulator's is root's.
  if (privileged && *argv[3] != '\0') return 66;
  std::string only = "*";
  if (argc == 7 && std::string_view(argv[5]) == "--only") only = argv[6];
  const char* told = std::getenv("PLUMBLINE_FAKE_ERRORS");
  const std::string_view behaviour = told == nullptr ? "pass" : told;
  if (behaviour == "crash" || (behaviour == "crash as root" && privileged)) {
    return std::raise(SIGKILL);
  }
  const std::string name =
      privileged ? "Errors/open/EIO/disk_broken" : "Errors/open/EBADF/closed";
  std::string checks;
  if (fnmatch(only.c_str(), name.c_str(), 0) == 0) {
    checks =
        R"({"check": ")" + name +
        R"(", "kind": "errors", "pinned": false, "where": "bindings/files.errors.toml:3", )";
    checks += behaviour == "fail"
                  ? R"("status": "failed", "declared": "EBADF", "seen": "EIO"})"
                  : R"("status": "passed"})";
  }
  std::printf(
      R"({"schema": "plumbline.report/1", "arch": "%s", "variant": "", "libc": "glibc 2.36",
    "kernel": "6.1.0", "kernel_headers": "0.0.0", "facts": 1, "microseconds": 100, "checks": [%s]})",
      ARCH, checks.c_str());
}
