#include "tools/gate/program_types.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tools/gate/testing.h"

namespace plumbline::gate {
namespace {

using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

// "id name (variant): sees what", of each finding that a program of this type
// is told of.
std::vector<std::string> ToldTo(std::string_view before, std::string_view after,
                                const DebugType& type) {
  std::vector<harvest::Surface> old, now;
  old.push_back(SurfaceOf(before, "i386"));
  now.push_back(SurfaceOf(after, "i386"));
  std::vector<Finding> findings = Compare(old[0], now[0]);
  ProgramTypes program{.file = "program", .arch = "i386", .debug = {}};
  program.debug.types.insert(type);
  TellPrograms({program}, old, now, findings);
  std::vector<std::string> told;
  for (const Finding& finding : findings) {
    for (const ProgramView& view : finding.programs) {
      std::string line(KindOf(finding.id).name);
      line += " " + finding.name;
      if (!finding.variant.empty()) line += " (" + finding.variant + ")";
      told.push_back(line + ": " + std::string(NameOf(view.sees)) + " " +
                     view.is);
    }
  }
  return told;
}

DebugType TypeOf(std::string name, std::string file, std::uint64_t size,
                 std::vector<DebugField> fields = {}) {
  DebugType type;
  type.name = std::move(name);
  type.file = std::move(file);
  type.size = size;
  type.fields = std::move(fields);
  return type;
}

// A header with a variant, each of which has grown.
constexpr std::string_view kOldStat =
    "header|glibc|bits/stat.h|internal|sys/stat.h|\n"
    "header|glibc|sys/stat.h|includable||\n"
    "section|glibc|sys/stat.h|\nstruct|stat|dgp|4|4|\n|size|0|4|long\n"
    "section|glibc|sys/stat.h|lfs\nstruct|stat|g|8|4|\n|size|0|8|long long\n";
constexpr std::string_view kNewStat =
    "header|glibc|bits/stat.h|internal|sys/stat.h|\n"
    "header|glibc|sys/stat.h|includable||\n"
    "section|glibc|sys/stat.h|\nstruct|stat|dgp|12|4|\n|size|0|4|long\n|"
    "more|4|8|double\n"
    "section|glibc|sys/stat.h|lfs\nstruct|stat|g|16|4|\n|size|0|8|long long\n|"
    "more|8|8|double\n";
constexpr char kStat[] = "/usr/include/i386-linux-gnu/bits/stat.h";

TEST(ProgramTypes, OnlyTheVariantItWasCompiledWith) {
  EXPECT_THAT(ToldTo(kOldStat, kNewStat,
                     TypeOf("struct stat", kStat, 4, {{"size", 0, 32}})),
              UnorderedElementsAre(
                  "type-size-changed struct stat: old 4 bytes",
                  "field-added struct stat.more: old 4 bytes, without more"));
  EXPECT_THAT(
      ToldTo(kOldStat, kNewStat,
             TypeOf("struct stat", kStat, 8, {{"size", 0, 64}})),
      UnorderedElementsAre(
          "type-size-changed struct stat (lfs): old 8 bytes",
          "field-added struct stat.more (lfs): old 8 bytes, without more"));
  EXPECT_THAT(ToldTo(kOldStat, kNewStat,
                     TypeOf("struct stat", kStat, 16,
                            {{"size", 0, 64}, {"more", 64, 64}})),
              UnorderedElementsAre(
                  "type-size-changed struct stat (lfs): new 16 bytes",
                  "field-added struct stat.more (lfs): new 16 bytes, more at 8 "
                  "with 64 bits"));
}

constexpr std::string_view kOldId =
    "header|glibc|sys/types.h|includable||\nheader|glibc|unistd.h|includable||"
    "\nheader|uapi|linux/types.h|includable||\n"
    "section|glibc|sys/types.h|\ntypedef|pid_t|dgp|4|4|int\n"
    "section|uapi|linux/types.h|\ntypedef|pid_t|-|2|2|short\n";
constexpr std::string_view kNewId =
    "header|glibc|sys/types.h|includable||\nheader|glibc|unistd.h|includable||"
    "\nheader|uapi|linux/types.h|includable||\n"
    "section|glibc|sys/types.h|\ntypedef|pid_t|dgp|8|4|int\n"
    "section|uapi|linux/types.h|\ntypedef|pid_t|-|6|2|short\n";

TEST(ProgramTypes, ATypeThatManyHeadersDeclareIsTheOneThatIsRecorded) {
  EXPECT_THAT(
      ToldTo(kOldId, kNewId, TypeOf("pid_t", "/usr/include/unistd.h", 4)),
      UnorderedElementsAre("type-size-changed pid_t: old 4 bytes"));
  EXPECT_THAT(
      ToldTo(kOldId, kNewId, TypeOf("pid_t", "/usr/include/linux/types.h", 2)),
      UnorderedElementsAre("type-size-changed pid_t: old 2 bytes"));
}

TEST(ProgramTypes, OthersHeadersAreNotMeant) {
  EXPECT_THAT(ToldTo(kOldId, kNewId, TypeOf("pid_t", "/home/me/unistd.h", 4)),
              IsEmpty());
  EXPECT_THAT(
      ToldTo(kOldId, kNewId, TypeOf("pid_t", "/usr/include/mine/ids.h", 4)),
      IsEmpty());
  EXPECT_THAT(
      ToldTo(kOldId, kNewId, TypeOf("pid_t", "/usr/myinclude/unistd.h", 4)),
      IsEmpty());
}

TEST(ProgramTypes, WhatIsInNeitherIsToldByItsParts) {
  EXPECT_THAT(
      ToldTo(kOldStat, kNewStat,
             TypeOf("struct stat", kStat, 20,
                    {{"size", 0, 32}, {"other", 32, 128}})),
      UnorderedElementsAre(
          "type-size-changed struct stat: other 20 bytes",
          "field-added struct stat.more: old 20 bytes, without more",
          "type-size-changed struct stat (lfs): other 20 bytes",
          "field-added struct stat.more (lfs): old 20 bytes, without more"));
}

}  // namespace
}  // namespace plumbline::gate
