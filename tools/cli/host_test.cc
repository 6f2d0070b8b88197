#include "tools/cli/host.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <set>

#include "tools/cli/process.h"
#include "tools/cli/tiny_elf.h"

namespace plumbline::cli {
namespace {

const std::vector<Target> kAll = {
    {"amd64", "amd64", "", "x86_64-linux-gnu", "x86_64"},
    {"i386", "i386", "", "i686-linux-gnu", "i386"},
    {"i386/time64", "i386", "time64", "i686-linux-gnu", "i386"},
    {"x32", "x32", "", "x86_64-linux-gnux32", ""},
    {"arm64", "arm64", "", "aarch64-linux-gnu", "aarch64"},
    {"alpha", "alpha", "", "alpha-linux-gnu", "alpha"},
};
const Target& kAmd64 = kAll[0];
const Target& kI386 = kAll[1];
const Target& kX32 = kAll[3];
const Target& kArm64 = kAll[4];
const Target& kAlpha = kAll[5];

Host FakeHost(std::string machine, std::set<std::string> programs,
              std::set<std::string> paths,
              std::set<std::string> executes = {}) {
  Host host;
  host.machine = std::move(machine);
  host.find_program =
      [=](const std::string& name) -> std::optional<std::string> {
    if (!programs.contains(name)) return std::nullopt;
    return "/usr/bin/" + name;
  };
  host.exists = [=](const std::string& path) { return paths.contains(path); };
  host.kernel_executes = [=](std::string_view arch) {
    return executes.contains(std::string(arch));
  };
  host.emulator_version =
      [](const std::string& path) -> std::optional<std::string> {
    if (path.ends_with("qemu-alpha")) return std::nullopt;
    return "9.9.1";
  };
  return host;
}

TEST(NativeArchitecture, IsFoundByAllItsNames) {
  EXPECT_EQ(NativeArchitecture(FakeHost("x86_64", {}, {}), kAll), "amd64");
  EXPECT_EQ(NativeArchitecture(FakeHost("aarch64", {}, {}), kAll), "arm64");
  EXPECT_EQ(NativeArchitecture(FakeHost("i686", {}, {}), kAll), "i386");
  EXPECT_EQ(NativeArchitecture(FakeHost("vax", {}, {}), kAll), "");
}

TEST(FindRunner, RunsItsOwnArchitecture) {
  const Runner runner = FindRunner(FakeHost("x86_64", {}, {}), kAll, kAmd64);
  EXPECT_EQ(runner.by, RunBy::kKernel);
  EXPECT_EQ(runner.emulator, "");
}

TEST(FindRunner, RunsWhatTheKernelRunsToo) {
  const Host host =
      FakeHost("x86_64", {}, {"/usr/i686-linux-gnu/lib"}, {"i386"});
  EXPECT_EQ(FindRunner(host, kAll, kI386).by, RunBy::kKernel);
  EXPECT_TRUE(RunsNatively(host, kAll, kI386));
  EXPECT_FALSE(RunsNatively(host, kAll, kX32));
}

TEST(FindRunner, NeedsTheCLibrary) {
  const Runner runner =
      FindRunner(FakeHost("x86_64", {}, {}, {"i386"}), kAll, kI386);
  EXPECT_EQ(runner.by, RunBy::kNobody);
  EXPECT_EQ(runner.missing, "its C library is not in /usr/i686-linux-gnu");
  EXPECT_EQ(runner.install, "libc6-i386-cross");
  const Host with_qemu = FakeHost("x86_64", {"qemu-alpha-static"}, {});
  EXPECT_EQ(FindRunner(with_qemu, kAll, kAlpha).install, "libc6.1-alpha-cross");
}

TEST(FindRunner, TakesAnEmulator) {
  const Host host =
      FakeHost("x86_64", {"qemu-aarch64-static", "qemu-aarch64", "qemu-i386"},
               {"/usr/aarch64-linux-gnu/lib", "/usr/alpha-linux-gnu/lib",
                "/usr/i686-linux-gnu/lib"});
  const Runner runner = FindRunner(host, kAll, kArm64);
  EXPECT_EQ(runner.by, RunBy::kQemu);
  EXPECT_EQ(runner.emulator, "/usr/bin/qemu-aarch64-static");
  EXPECT_EQ(runner.root, "/usr/aarch64-linux-gnu");
  EXPECT_EQ(runner.version, "9.9.1");
  EXPECT_EQ(EmulatorName(runner), "qemu-user 9.9.1");
  // A kernel that does not run i386.
  EXPECT_EQ(FindRunner(host, kAll, kI386).by, RunBy::kQemu);
  EXPECT_EQ(FindRunner(host, kAll, kI386).emulator, "/usr/bin/qemu-i386");
  EXPECT_EQ(EmulatorName(FindRunner(host, kAll, kAmd64)), "");
}

TEST(FindRunner, NeedsTheEmulatorsRelease) {
  const Runner runner =
      FindRunner(FakeHost("x86_64", {"qemu-alpha"}, {}), kAll, kAlpha);
  EXPECT_EQ(runner.by, RunBy::kNobody);
  EXPECT_EQ(runner.missing,
            "/usr/bin/qemu-alpha does not answer --version with 'qemu-alpha "
            "version …'");
}

TEST(FindRunner, SaysWhatIsMissing) {
  const Host host = FakeHost("x86_64", {}, {});
  const Runner runner = FindRunner(host, kAll, kArm64);
  EXPECT_EQ(runner.by, RunBy::kNobody);
  EXPECT_EQ(runner.missing, "qemu-aarch64-static is missing");
  EXPECT_EQ(runner.install, "qemu-user-static");
  EXPECT_EQ(FindRunner(host, kAll, kX32).by, RunBy::kNobody);
  EXPECT_EQ(FindRunner(host, kAll, kX32).install, "");
}

TEST(CompilerPackage, IsDebians) {
  const Host host = FakeHost("x86_64", {}, {});
  EXPECT_EQ(CompilerPackage(host, kAll, kAmd64), "g++");
  EXPECT_EQ(CompilerPackage(host, kAll, kI386), "g++-i686-linux-gnu");
  EXPECT_EQ(CompilerPackage(host, kAll, kX32), "g++-x86-64-linux-gnux32");
}

TEST(ThisHost, AsksAnEmulator) {
  const std::string path = testing::TempDir() + "/qemu-asked";
  const auto answer = [&](const std::string& text) {
    std::ofstream(path) << "#!/bin/sh\n[ $1 = --version ] && " << text << "\n";
    chmod(path.c_str(), 0755);
    return ThisHost().emulator_version(path);
  };
  EXPECT_EQ(answer("echo 'qemu-asked version 7.2.22 (Debian 1:7.2+dfsg-7)'"),
            "7.2.22");
  EXPECT_EQ(answer("echo qemu-asked version 10.0.2"), "10.0.2");
  EXPECT_EQ(answer("echo qemu-asked version v9"), std::nullopt);
  EXPECT_EQ(answer("echo qemu-other version 7.2.22"), std::nullopt);
  EXPECT_EQ(answer("echo 7.2.22"), std::nullopt);
  EXPECT_EQ(answer("false"), std::nullopt);
  EXPECT_EQ(ThisHost().emulator_version(path + "-none"), std::nullopt);
}

// A kernel either runs the tiny program, which then exits as it should, or
// refuses it.
TEST(TinyElf, IsRunOrRefused) {
  for (const char* arch : {"i386", "x32"}) {
    const Result<Descriptor> file = MakeExecutable(TinyElf(arch));
    ASSERT_TRUE(file);
    const Result<Finished> finished = RunProgram(*file, "", {"tiny"});
    if (finished) {
      EXPECT_TRUE(finished->Succeeded()) << arch << " " << finished->Describe();
    } else {
      EXPECT_EQ(finished.error().message,
                "cannot be executed: Exec format error")
          << arch;
    }
  }
  EXPECT_EQ(TinyElf("alpha"), "");
}

}  // namespace
}  // namespace plumbline::cli
