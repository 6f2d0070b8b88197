#include "tools/cli/output.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace plumbline::cli {
namespace {

using testing::HasSubstr;

class OutputTest : public testing::Test {
 protected:
  OutputTest() {
    std::string path = testing::TempDir() + "/output.XXXXXX";
    folder_ = mkdtemp(path.data());
  }
  ~OutputTest() override { std::filesystem::remove_all(folder_); }

  std::string At(const std::string& name) const { return folder_ + "/" + name; }

  static std::string Read(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  std::size_t Files() const {
    const std::filesystem::directory_iterator entries(folder_);
    return static_cast<std::size_t>(
        std::distance(begin(entries), end(entries)));
  }

  std::string folder_;
};

TEST_F(OutputTest, WritesAndReplaces) {
  ASSERT_TRUE(WriteFile(At("out"), "first, and long"));
  ASSERT_TRUE(WriteFile(At("out"), "second"));
  EXPECT_EQ(Read(At("out")), "second");
  EXPECT_EQ(Files(), 1u);
}

TEST_F(OutputTest, HasTheUsualMode) {
  const mode_t mask = umask(027);
  ASSERT_TRUE(WriteFile(At("out"), "text"));
  umask(mask);
  struct stat status = {};
  ASSERT_EQ(stat(At("out").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0640u);
}

TEST_F(OutputTest, KeepsTheModeOfWhatItReplaces) {
  ASSERT_TRUE(WriteFile(At("out"), "text"));
  ASSERT_EQ(chmod(At("out").c_str(), 0600), 0);
  ASSERT_TRUE(WriteFile(At("out"), "text"));
  struct stat status = {};
  ASSERT_EQ(stat(At("out").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(OutputTest, WritesThroughLinks) {
  ASSERT_TRUE(WriteFile(At("file"), "old"));
  ASSERT_EQ(symlink("file", At("link").c_str()), 0);
  ASSERT_TRUE(WriteFile(At("link"), "new"));
  EXPECT_EQ(Read(At("file")), "new");
  EXPECT_TRUE(std::filesystem::is_symlink(At("link")));
}

TEST_F(OutputTest, LeavesDevicesInPlace) {
  ASSERT_TRUE(WriteFile("/dev/null", "text"));
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
  const Result<void> full = WriteFile("/dev/full", "text");
  ASSERT_FALSE(full);
  EXPECT_THAT(full.error().message, HasSubstr("No space left on device"));
}

TEST_F(OutputTest, LeavesNothingWhereThereIsNoRoom) {
  ASSERT_TRUE(WriteFile(At("out"), "old"));
  rlimit usual = {};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &usual), 0);
  const auto handler = signal(SIGXFSZ, SIG_IGN);
  const rlimit small = {10, usual.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const Result<void> written = WriteFile(At("out"), std::string(1000, 'x'));
  setrlimit(RLIMIT_FSIZE, &usual);
  signal(SIGXFSZ, handler);
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error().message,
              HasSubstr("cannot write " + At("out") + ": File too large"));
  EXPECT_EQ(Read(At("out")), "old");
  EXPECT_EQ(Files(), 1u);
}

TEST_F(OutputTest, RefusesWhatIsNoPlaceForAFile) {
  ASSERT_TRUE(WriteFile(At("file"), ""));
  for (const std::string& path :
       {At("no/such/folder"), At("file/below"), folder_}) {
    EXPECT_FALSE(WriteFile(path, "text")) << path;
    EXPECT_FALSE(CheckWritable(path)) << path;
  }
  EXPECT_EQ(Files(), 1u);
}

TEST_F(OutputTest, ChecksWithoutWriting) {
  EXPECT_TRUE(CheckWritable(At("new")));
  EXPECT_TRUE(CheckWritable("/dev/null"));
  EXPECT_TRUE(CheckWritable(""));
  EXPECT_EQ(Files(), 0u);
}

}  // namespace
}  // namespace plumbline::cli
