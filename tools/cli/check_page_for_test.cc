// Prints a page of `check --format html` whose contents are made up: `promised`
// (all passed), `failing` (a bit of everything), `hostile` (texts that are
// markup).

#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "tools/cli/check_formats.h"
#include "tools/cli/results.h"

namespace plumbline::cli {
namespace {

constexpr std::string_view kHostile =
    "</code></style></script><script>hostile()</script>"
    "<img src=https://example.org/ onerror=\"hostile()\">'\"&amp;\n\x01";

struct World {
  CheckResults results;

  TargetResult& Add(const std::string& arch, const std::string& variant = "") {
    const std::string name = variant.empty() ? arch : arch + "/" + variant;
    const Target target = {name, arch, variant, arch + "-linux-gnu", arch};
    results.declared.push_back(target);
    Report report = {"glibc 2.36", "6.1.0", "6.1.170", 2959, 1000, {}};
    results.targets.push_back(
        {target, Outcome::kChecked, "", RunBy::kQemu, report});
    return results.targets.back();
  }
};

void Pass(TargetResult& target, std::string_view kind, int count) {
  for (int i = 0; i < count; ++i) {
    target.report.checks.push_back(
        {fmt::format("Check/{}/{}", kind, i), std::string(kind),
         Status::kPassed, i % 2 == 0, "", "", "bindings/x.toml:1", ""});
  }
}

void Fail(TargetResult& target, const std::string& name,
          const std::string& kind, const std::string& declared,
          const std::string& seen, const std::string& reason = "") {
  target.report.checks.push_back({name, kind, Status::kFailed, false, declared,
                                  seen, "bindings/epoll.toml:39", reason});
}

void Deviate(TargetResult& target, const std::string& name,
             const std::string& reason) {
  target.report.checks.push_back(
      {name, "prototypes", Status::kDeviation, false, "int", "long",
       "conformance/ledger/qemu-user.toml:12", reason});
}

void Skip(TargetResult& target, const std::string& reason, int count) {
  for (int i = 0; i < count; ++i) {
    target.report.checks.push_back({fmt::format("Symbol/skipped_{}", i),
                                    "symbols", Status::kSkipped, false, "", "",
                                    "bindings/x.toml:2", reason});
  }
}

World Promised() {
  World world;
  int passed = 9;
  for (const char* arch : {"amd64", "i386", "arm64", "armhf", "riscv64",
                           "ppc64el", "s390x", "mips", "sparc64", "m68k"}) {
    TargetResult& target = world.Add(arch);
    // 9 after 10: in another order as numbers than as texts.
    Pass(target, "constants", 1300 + passed);
    Pass(target, "sizes", passed++ % 4 + 8);
    Pass(target, "offsets", 192);
    Pass(target, "prototypes", 79);
    Pass(target, "symbols", 80);
    Pass(target, "completeness", 27);
  }
  return world;
}

World Failing() {
  World world = Promised();
  std::vector<TargetResult>& targets = world.results.targets;
  for (const std::size_t at : {1u, 3u, 6u})
    Fail(targets[at], "Constant/EPOLLPRI", "constants", "4",
         "2 in <sys/epoll.h>; 2 in <linux/eventpoll.h>");
  for (int i = 1; i < 8; ++i) {
    Fail(targets[6],
         fmt::format("Layout/struct epoll_event/field_{}/offset", i), "offsets",
         fmt::format("{}", 4 * i), fmt::format("{}", 8 * i));
  }
  Fail(targets[6], "Prototype/epoll_pwait2", "prototypes",
       "int epoll_pwait2(int, struct epoll_event *, int, const struct timespec "
       "*, const sigset_t *)",
       "int epoll_pwait2(int, struct epoll_event *, int, const struct "
       "__timespec64 *, const __sigset_t *)",
       "the header declares another type for the fourth parameter");
  Fail(targets[3],
       "Symbol/a_name_without_any_place_to_break_it_that_is_wider_than_a_phone_"
       "held_upright",
       "symbols", "GLIBC_2.34", "none");
  Skip(targets[2], "linked statically", 3);
  Skip(targets[6], "linked statically", 2);
  for (const char* name : {"Prototype/deviant", "Prototype/other"})
    Deviate(targets[8], name, "the emulator asks for more");
  TargetResult& broken = world.Add("alpha");
  broken.outcome = Outcome::kUnusable;
  broken.reason = "its checker was killed by SIGSEGV; it wrote: out of memory";
  TargetResult& absent = world.Add("sh4");
  absent.outcome = Outcome::kSkipped;
  absent.reason =
      "qemu-sh4-static is missing: apt-get install qemu-user-static";
  return world;
}

World Hostile() {
  const std::string text(kHostile);
  World world;
  TargetResult& target = world.Add("odd" + text);
  target.emulator = text;
  target.report.libc = target.report.kernel = target.report.kernel_headers =
      text;
  Pass(target, "kind" + text, 2);
  Fail(target, "<script>" + text, "kind" + text, text, text, text);
  target.report.checks.back().where = text;
  Deviate(target, text, text);
  Skip(target, text, 1);
  for (const Outcome outcome : {Outcome::kUnusable, Outcome::kSkipped}) {
    TargetResult& other =
        world.Add(text, outcome == Outcome::kSkipped ? "a" : "b");
    other.outcome = outcome;
    other.reason = text;
  }
  return world;
}

}  // namespace
}  // namespace plumbline::cli

int main(int argc, char** argv) {
  const std::string_view word = argc == 2 ? argv[1] : "";
  const plumbline::cli::World world =
      word == "promised"  ? plumbline::cli::Promised()
      : word == "failing" ? plumbline::cli::Failing()
                          : plumbline::cli::Hostile();
  std::fputs(plumbline::cli::CheckHtml(world.results).c_str(), stdout);
}
