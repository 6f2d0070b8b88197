#include "tools/cli/emulators.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

namespace plumbline::cli {
namespace {

using testing::HasSubstr;

const std::vector<Target> kAll = {
    {"amd64", "amd64", "", "x86_64-linux-gnu", "x86_64"},
    {"x32", "x32", "", "x86_64-linux-gnux32", ""},
    {"arm64", "arm64", "", "aarch64-linux-gnu", "aarch64"},
    {"s390x", "s390x", "", "s390x-linux-gnu", "s390x"},
};

class WithEmulatorsTest : public testing::Test {
 protected:
  WithEmulatorsTest() {
    folder_ = std::filesystem::path(testing::TempDir()) /
              testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_ / "usr/bin");
    host_.machine = "x86_64";
    host_.exists = [](const std::string&) { return true; };
    host_.kernel_executes = [](std::string_view) { return false; };
    host_.find_program = [](const std::string& name) {
      return std::optional("/system/" + name);
    };
    host_.emulator_version = [](const std::string&) {
      return std::optional<std::string>("9.9.1");
    };
  }

  std::string Put(const std::string& name, unsigned mode = 0755) {
    const std::string path = folder_ / name;
    std::ofstream(path) << "#!/bin/sh\n";
    chmod(path.c_str(), mode);
    return path;
  }

  std::string Refusal(const std::string& named) {
    const Result<Host> host = WithEmulators(host_, kAll, named, folder_);
    return host ? "" : host.error().message;
  }

  Host With(const std::string& named) {
    const Result<Host> host = WithEmulators(host_, kAll, named, folder_);
    if (!host) ADD_FAILURE() << host.error().message;
    return host.value_or(host_);
  }

  std::filesystem::path folder_;
  Host host_;
};

TEST_F(WithEmulatorsTest, Folder) {
  const std::string program = Put("qemu-aarch64");
  const Host host = With(folder_);
  EXPECT_EQ(host.find_program("qemu-aarch64"), program);
  EXPECT_EQ(host.find_program("qemu-aarch64-static"), std::nullopt);
  EXPECT_EQ(host.find_program("s390x-linux-gnu-g++"),
            "/system/s390x-linux-gnu-g++");
  const Runner arm64 = FindRunner(host, kAll, kAll[2]);
  EXPECT_EQ(arm64.emulator, program);
  EXPECT_EQ(arm64.version, "9.9.1");
}

TEST_F(WithEmulatorsTest, NeverTheInstalledOneInstead) {
  Put("qemu-aarch64");
  const Runner runner = FindRunner(With(folder_), kAll, kAll[3]);
  EXPECT_EQ(runner.by, RunBy::kNobody);
  EXPECT_EQ(runner.missing, folder_.string() + " has no qemu-s390x");
  EXPECT_EQ(runner.install, "");
}

TEST_F(WithEmulatorsTest, FolderWithUsrBin) {
  const std::string program = Put("usr/bin/qemu-s390x-static");
  EXPECT_EQ(FindRunner(With(folder_), kAll, kAll[3]).emulator, program);
}

TEST_F(WithEmulatorsTest, Program) {
  const std::string program = Put("qemu-aarch64-static");
  Put("qemu-s390x");
  const Host host = With(program);
  EXPECT_EQ(FindRunner(host, kAll, kAll[2]).emulator, program);
  EXPECT_EQ(FindRunner(host, kAll, kAll[3]).missing,
            program + " is not qemu-s390x");
}

TEST_F(WithEmulatorsTest, Release) {
  std::filesystem::create_directories(folder_ / "qemu/10.0");
  EXPECT_EQ(Refusal("10.0"),
            "--qemu 10.0: that release was not fetched; run "
            "tools/toolchains/fetch_qemu.sh 10.0");
  const std::string program = Put("qemu/10.0/qemu-s390x");
  EXPECT_EQ(FindRunner(With("10.0"), kAll, kAll[3]).emulator, program);
  EXPECT_EQ(FindRunner(With("10.0"), kAll, kAll[2]).missing,
            "10.0 has no qemu-aarch64");
}

TEST_F(WithEmulatorsTest, RefusesWhatHoldsNone) {
  EXPECT_THAT(Refusal(folder_), HasSubstr("holds an emulator"));
  // Not executable, or a folder.
  Put("qemu-aarch64", 0644);
  std::filesystem::create_directories(folder_ / "qemu-s390x");
  EXPECT_THAT(Refusal(folder_), HasSubstr("holds an emulator"));
  EXPECT_THAT(Refusal(folder_ / "qemu-aarch64"), HasSubstr("is no program"));
}

TEST_F(WithEmulatorsTest, RefusesOtherPaths) {
  EXPECT_EQ(Refusal(folder_ / "none"), "--qemu " + (folder_ / "none").string() +
                                           ": No such file or directory");
  for (const char* name : {"aarch64", "qemu-", "qemu-vax", "qemu-x32"}) {
    EXPECT_THAT(Refusal(Put(name)), HasSubstr("no architecture's emulator"))
        << name;
  }
  for (const char* text : {"10", "10.", ".0", "10.0.1", "v10.0"}) {
    EXPECT_THAT(Refusal(text), HasSubstr("No such file")) << text;
  }
}

}  // namespace
}  // namespace plumbline::cli
