#include "tools/cli/process.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

#include "tools/cli/checker.h"
#include "tools/cli/embedded_data.h"

namespace plumbline::cli {
namespace {

using testing::HasSubstr;

Result<Finished> Shell(const std::string& script, const Limits& limits = {}) {
  const Descriptor shell(open("/bin/sh", O_RDONLY | O_CLOEXEC));
  return RunProgram(shell, "", {"sh", "-c", script}, limits);
}

TEST(RunProgram, CollectsOutput) {
  const Result<Finished> finished = Shell("echo out; echo err >&2; cat");
  ASSERT_TRUE(finished);
  EXPECT_TRUE(finished->Succeeded());
  EXPECT_EQ(finished->output, "out\n");
  EXPECT_EQ(finished->errors, "err\n");
}

TEST(RunProgram, CollectsMoreThanAPipeHolds) {
  const Result<Finished> finished = Shell(
      "head -c 1000000 /dev/zero; head -c 1000000 /dev/zero >&2; echo end >&2");
  ASSERT_TRUE(finished);
  EXPECT_EQ(finished->output.size(), 1000000u);
  EXPECT_TRUE(finished->errors.ends_with("end\n"));
}

TEST(RunProgram, TellsHowTheProgramEnded) {
  EXPECT_EQ(Shell("exit 3").value().Describe(), "exited with status 3");
  EXPECT_EQ(Shell("kill -SEGV $$").value().Describe(), "was killed by SIGSEGV");
  EXPECT_FALSE(Shell("exit 1").value().Succeeded());
}

TEST(RunProgram, StopsWhatDoesNotEnd) {
  const Limits limits = {std::chrono::milliseconds(50), 1000};
  const Result<Finished> silent = Shell("exec sleep 1000", limits);
  ASSERT_FALSE(silent);
  EXPECT_EQ(silent.error().message, "did not finish within 50 ms");
  EXPECT_FALSE(Shell("exec sleep 1000 >&- 2>&-", limits));
}

TEST(RunProgram, StopsWhatWritesTooMuch) {
  const Limits limits = {std::chrono::minutes(1), 1000};
  const Result<Finished> finished = Shell("cat /dev/zero", limits);
  ASSERT_FALSE(finished);
  EXPECT_THAT(finished.error().message, HasSubstr("more than 1000 bytes"));
}

TEST(MakeNamedExecutable, HasAPathAsLongAsItIsNeeded) {
  std::string path;
  {
    const Result<NamedProgram> program =
        MakeNamedExecutable("#!/bin/sh\necho run");
    ASSERT_TRUE(program) << program.error().message;
    path = program->name.path();
    const Result<Finished> finished = RunProgram(
        program->file, "/bin/sh", {"sh", "-c", "realpath $0; exec $0", "{}"});
    ASSERT_TRUE(finished) << finished.error().message;
    EXPECT_EQ(finished->output, path + "\nrun\n");
  }
  EXPECT_NE(access(path.c_str(), F_OK), 0);
}

TEST(RunProgram, SaysWhyAProgramCannotBeExecuted) {
  const Result<Descriptor> file = MakeExecutable("no program at all");
  ASSERT_TRUE(file);
  const Result<Finished> finished = RunProgram(*file, "", {"x"});
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error().message, "cannot be executed: Exec format error");
}

TEST(RunProgram, GivesTheProgramToAnEmulator) {
  const Result<Descriptor> file = MakeExecutable("the program");
  ASSERT_TRUE(file);
  const Result<Finished> finished =
      RunProgram(*file, "/bin/sh", {"sh", "-c", "cat \"$0\"", "{}"});
  ASSERT_TRUE(finished);
  EXPECT_EQ(finished->output, "the program");
}

class CheckerTest : public testing::Test {
 protected:
  static Result<Report> Check(const char* behaviour) {
    setenv("PLUMBLINE_FAKE", behaviour, 1);
    const Target target = {"here", "here", "", "here-linux-gnu", "here"};
    Runner natively;
    natively.by = RunBy::kKernel;
    for (const EmbeddedFile& checker : EmbeddedCheckers()) {
      if (checker.name == "here")
        return RunChecker(checker.bytes, target, natively);
    }
    return Fail("no fake checker");
  }
};

TEST_F(CheckerTest, Reports) {
  const Result<Report> report = Check("pass");
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->libc, "glibc 2.36");
  EXPECT_EQ(report->checks.size(), 3u);
}

TEST_F(CheckerTest, TellsOfACrash) {
  EXPECT_EQ(Check("crash").error().message,
            "its checker was killed by SIGKILL; it wrote: about to crash");
}

TEST_F(CheckerTest, BelievesNoReportWithABadStatus) {
  EXPECT_EQ(Check("quit").error().message, "its checker exited with status 3");
}

TEST_F(CheckerTest, RefusesGarbage) {
  EXPECT_EQ(Check("garbage").error().message,
            "its checker does not answer in JSON");
  EXPECT_EQ(Check("silent").error().message,
            "its checker does not answer in JSON");
}

TEST_F(CheckerTest, RefusesAnotherTargetsReport) {
  EXPECT_EQ(Check("stranger").error().message,
            "its checker is that of elsewhere");
}

}  // namespace
}  // namespace plumbline::cli
