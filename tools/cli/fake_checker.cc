// A checker that reports, or misbehaves, as the environment tells it:
// PLUMBLINE_FAKE is the behaviour of all targets, PLUMBLINE_FAKE_WIDE that of
// the variant.

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <thread>

namespace {

constexpr const char* kChecks = R"(
    {"check": "Layout/stat/size", "kind": "sizes", "status": "passed", "pinned": true, "where": "bindings/files.toml:12"},
    {"check": "Symbol/stat", "kind": "symbols", "status": "skipped", "reason": "linked statically", "where": "bindings/files.toml:20"})";

constexpr const char* kDeviation =
    R"("status": "deviation", "declared": "0x4000", "seen": "0x2", "reason": "known")";
constexpr const char* kPassed = R"("status": "passed")";
constexpr const char* kFailed =
    R"("status": "failed", "declared": "0x4000", "seen": "2 < 3 | \"x\"")";

int Report(const char* arch, const char* status) {
  std::printf(
      R"({"schema": "plumbline.report/1", "arch": "%s", "variant": "%s", "libc": "glibc 2.36",
    "kernel": "6.1.0", "kernel_headers": "6.1.170", "facts": 3, "microseconds": 100, "checks": [
    {"check": "Constant/O_BIG", "kind": "constants", "pinned": false, "where": "bindings/files.toml:3", %s},%s]})",
      arch, VARIANT, status, kChecks);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4 || std::string_view(argv[1]) != "--report" ||
      std::string_view(argv[2]) != "--emulator") {
    return 64;
  }
  // What no emulator runs has no deviations of it.
  const bool emulated = *argv[3] != '\0';
  const char* wide = std::string_view(VARIANT) == "wide"
                         ? std::getenv("PLUMBLINE_FAKE_WIDE")
                         : nullptr;
  const char* told = wide != nullptr ? wide : std::getenv("PLUMBLINE_FAKE");
  const std::string_view behaviour = told == nullptr ? "pass" : told;
  if (behaviour == "fail") return Report(ARCH, kFailed);
  if (behaviour == "deviate")
    return Report(ARCH, emulated ? kDeviation : kFailed);
  if (behaviour == "stranger") return Report("elsewhere", kPassed);
  if (behaviour == "garbage") return std::puts("{\"schema\": ") < 0;
  if (behaviour == "silent") return 0;
  if (behaviour == "crash") {
    std::fputs("about to crash\n", stderr);
    return std::raise(SIGKILL);  // SIGSEGV is a sanitizer's
  }
  if (behaviour == "slow")
    std::this_thread::sleep_for(std::chrono::milliseconds(1500));
  if (behaviour == "quit") return Report(ARCH, kPassed) + 3;
  return Report(ARCH, kPassed);
}
