#include "tools/harvest/baselines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "tools/harvest/baseline_writer.h"
#include "tools/harvest/surface_text.h"

namespace plumbline::harvest {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// A surface with this value of A, and of this size of struct s.
std::string SurfaceText(const std::string& arch, const std::string& libc,
                        int value, int size) {
  return "plumbline-surface\t1\narch\t" + arch + "\nlibc\tglibc " + libc +
         "\nkernel-headers\t6.1.0\npackage\tlibc6\t" + libc + "-1\t" + arch +
         "\tabc\nheader\tglibc\ta.h\tincludable\t\t\n"
         "header\tuapi\tlinux/a.h\tincludable\t\t\n"
         "conflict\tuapi\tlinux/a.h\tlinux/b.h\tboth define A\n"
         "section\tglibc\ta.h\t\n"
         "macro\tA\tif\tdgp\tint\t" +
         std::to_string(value) +
         "\n"
         "macro\tAB\tif\tdgp\tint\t1\n"
         "enumerator\tE\tconstant\tdgp\tint\t2\n"
         "struct\ts\tdgp\t" +
         std::to_string(size) + "\t4\t\n\tm\t0\t" + std::to_string(size) +
         "\tint\nfunction\tf\tdgp\tint (int)\t\t\n"
         "section\tglibc\ta.h\tdefault\n"
         "macro\tA\tif\td\tint\t9\n"
         "section\tglibc\tsys/a.h\t\n"
         "macro\tS\tempty\tdgp\t\t\n"
         "section\tuapi\tlinux/a.h\t\n"
         "macro\tK\tif\t-\tint\t1\n"
         "library\tlibc.so.6\n"
         "node\tGLIBC_2.0\n"
         "symbol\tf\tGLIBC_2.0\tdefault\tfunc\tglobal\t0\n"
         "end\n";
}

const std::vector<NewBaseline>& Some() {
  static const std::vector<NewBaseline> some = {
      {"old", SurfaceText("amd64", "2.9", 1, 4)},
      {"old", SurfaceText("i386", "2.9", 1, 8)},
      {"new", SurfaceText("amd64", "2.10", 2, 4)},
      {"new", SurfaceText("i386", "2.10", 2, 8)},
      {"new", SurfaceText("s390x", "2.10", 3, 4)},
  };
  return some;
}

std::map<std::string, std::string> Files(
    const std::vector<NewBaseline>& baselines) {
  const auto files = WriteBaselines(baselines);
  EXPECT_TRUE(files) << files.error().message;
  std::map<std::string, std::string> texts;
  for (const BaselineFile& file : *files) texts[file.name] = file.text;
  return texts;
}

std::vector<BaselineText> WithoutIndex(
    const std::map<std::string, std::string>& texts) {
  std::vector<BaselineText> files;
  for (const auto& [name, text] : texts) {
    if (name != kBaselineIndexName) files.push_back({name, text});
  }
  return files;
}

// What is wrong with a store whose files were changed.
std::string Complaint(const std::map<std::string, std::string>& texts) {
  const auto index =
      ReadBaselineIndex(texts.at(std::string(kBaselineIndexName)), "index");
  if (!index) return index.error().message;
  const auto text =
      AssembleBaseline(*index, index->baselines.front(), WithoutIndex(texts));
  return text ? "" : text.error().message;
}

TEST(Baselines, AreReadAsTheyWereWritten) {
  const auto texts = Files(Some());
  const auto index =
      ReadBaselineIndex(texts.at(std::string(kBaselineIndexName)), "index");
  ASSERT_TRUE(index) << index.error().message;
  ASSERT_EQ(index->baselines.size(), Some().size());
  // By version, and not by text: 2.10 is newer.
  EXPECT_THAT(index->releases, testing::ElementsAre("old", "new"));
  for (const NewBaseline& baseline : Some()) {
    const auto surface = ReadSurface(baseline.text, "text");
    ASSERT_TRUE(surface) << surface.error().message;
    const auto found = std::find_if(
        index->baselines.begin(), index->baselines.end(), [&](const auto& b) {
          return b.release == baseline.release && b.arch == surface->arch;
        });
    ASSERT_NE(found, index->baselines.end());
    EXPECT_EQ(found->libc, surface->libc);
    const auto text = AssembleBaseline(*index, *found, WithoutIndex(texts));
    ASSERT_TRUE(text) << text.error().message;
    EXPECT_EQ(*text, baseline.text);
  }
}

TEST(Baselines, WriteOnceWhatIsEqual) {
  const auto texts = Files(Some());
  EXPECT_EQ(texts.at("glibc/a.txt"),
            "plumbline-baseline-records\t1\n"
            "section\tglibc\ta.h\t\n"
            "@..old\tmacro\tA\tif\tdgp\tint\t1\n"
            "@new..:!s390x\tmacro\tA\tif\tdgp\tint\t2\n"
            "@:s390x\tmacro\tA\tif\tdgp\tint\t3\n"
            "macro\tAB\tif\tdgp\tint\t1\n"
            "enumerator\tE\tconstant\tdgp\tint\t2\n"
            "@:!i386\tstruct\ts\tdgp\t4\t4\t\n"
            "\tm\t0\t4\tint\n"
            "@:i386\tstruct\ts\tdgp\t8\t4\t\n"
            "\tm\t0\t8\tint\n"
            "function\tf\tdgp\tint (int)\t\t\n"
            "section\tglibc\ta.h\tdefault\n"
            "macro\tA\tif\td\tint\t9\n"
            "end\n");
  EXPECT_TRUE(texts.contains("glibc/sys/a.txt"));
  EXPECT_TRUE(texts.contains("uapi/linux/a.txt"));
  EXPECT_TRUE(texts.contains("elf/libc.so.6.txt"));
}

TEST(Baselines, AreTheSameBytesInAnyOrderAndAfterAddingTwice) {
  const auto texts = Files(Some());
  std::vector<NewBaseline> shuffled = Some();
  std::mt19937 random(7);
  for (int i = 0; i < 10; ++i) {
    std::shuffle(shuffled.begin(), shuffled.end(), random);
    EXPECT_EQ(Files(shuffled), texts);
  }
  shuffled.insert(shuffled.end(), Some().begin(), Some().end());
  EXPECT_EQ(Files(shuffled), texts);
}

TEST(Baselines, AreReplaced) {
  std::vector<NewBaseline> twice = Some();
  twice.push_back({"old", SurfaceText("amd64", "2.9", 7, 4)});
  std::vector<NewBaseline> once = Some();
  once.front() = twice.back();
  EXPECT_EQ(Files(twice), Files(once));
}

// One more release that has all that the last one had changes no line.
TEST(Baselines, OfANewReleaseLeaveTheLinesOfOthersAlone) {
  auto texts = Files(Some());
  std::vector<NewBaseline> more = Some();
  more.push_back({"newer", SurfaceText("amd64", "2.11", 2, 4)});
  more.push_back({"newer", SurfaceText("i386", "2.11", 2, 8)});
  more.push_back({"newer", SurfaceText("s390x", "2.11", 3, 4)});
  auto with = Files(more);
  texts.erase(std::string(kBaselineIndexName));
  with.erase(std::string(kBaselineIndexName));
  EXPECT_EQ(with, texts);
}

TEST(Baselines, ThatAreDamagedAreRefused) {
  const auto good = Files(Some());
  ASSERT_EQ(Complaint(good), "");
  const auto complaint = [&](const std::string& name, const std::string& from,
                             const std::string& to) {
    auto texts = good;
    std::string& text = texts.at(name);
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
    return Complaint(texts);
  };
  const std::string index(kBaselineIndexName);
  EXPECT_THAT(complaint("glibc/a.txt", "end\n", ""), HasSubstr("cut off"));
  EXPECT_THAT(complaint("glibc/a.txt", "end\n", "end\nmore\n"),
              HasSubstr("there is more"));
  EXPECT_THAT(complaint("glibc/a.txt", "@..old", "@nobody"),
              AllOf(HasSubstr("glibc/a.txt:3"), HasSubstr("'nobody'")));
  EXPECT_THAT(complaint("glibc/a.txt", "records\t1", "records\t2"),
              HasSubstr("glibc/a.txt:1"));
  EXPECT_THAT(complaint(index, "baselines\t1", "baselines\t2"),
              HasSubstr("index:1"));
  EXPECT_THAT(complaint(index, "end\n", ""), HasSubstr("cut off"));
  EXPECT_THAT(complaint(index, "baseline\told\tamd64", "baseline\tx\tamd64"),
              HasSubstr("'x' is not listed"));
  EXPECT_THAT(complaint(index, "baseline\told\ti386", "baseline\told\tamd64"),
              HasSubstr("there twice"));
  EXPECT_THAT(complaint(index, "file\t", "file\t../"), HasSubstr("no name"));
  EXPECT_THAT(complaint(index, "set\t..old\t..old", "set\t..old\tnobody"),
              HasSubstr("a release that is not there"));
}

TEST(Baselines, ThatAreNotSurfacesAreNotTaken) {
  const std::string folder = testing::TempDir() + "/not_taken";
  const auto done = AddBaselines(folder, {{"old", "plumbline-surface\t1\n"}});
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message, HasSubstr("cut off"));
  EXPECT_FALSE(BaselineStore::Open(folder));
}

TEST(Baselines, AreReadWhateverTheLibrariesAreCalled) {
  for (const std::string name : {"lib.", "lib..so", ".", "a/b", ".so"}) {
    std::string text = SurfaceText("amd64", "2.9", 1, 4);
    text.replace(text.find("libc.so.6"), 9, name);
    const auto texts = Files({{"old", text}});
    EXPECT_EQ(Complaint(texts), "") << name;
  }
}

TEST(BaselineStore, IsAFolder) {
  const std::string folder = testing::TempDir() + "/store";
  ASSERT_TRUE(AddBaselines(folder, {Some().begin(), Some().begin() + 2}));
  const auto done = AddBaselines(folder, {Some().begin() + 2, Some().end()});
  ASSERT_TRUE(done) << done.error().message;
  const auto store = BaselineStore::Open(folder);
  ASSERT_TRUE(store) << store.error().message;
  const auto baseline = store->Find("glibc-2.10", "i386");
  ASSERT_TRUE(baseline) << baseline.error().message;
  EXPECT_EQ((*baseline)->release, "new");
  const auto surface = store->Read(**baseline);
  ASSERT_TRUE(surface) << surface.error().message;
  EXPECT_EQ(WriteSurface(*surface), Some()[3].text);
  EXPECT_EQ(surface->packages.size(), 1U);
  const auto unknown = store->Find("glibc-3.0", "i386");
  ASSERT_FALSE(unknown);
  EXPECT_THAT(unknown.error().message,
              AllOf(HasSubstr("'glibc-3.0'"), HasSubstr("glibc-2.10"),
                    HasSubstr("old, new")));
  const auto elsewhere = store->Find("old", "s390x");
  ASSERT_FALSE(elsewhere);
  EXPECT_THAT(elsewhere.error().message, HasSubstr("amd64, i386"));
}

// Every set of eight places is read as it was written.
TEST(BaselineSets, AreReadAsTheyWereWritten) {
  const std::vector<std::string_view> releases = {"a", "b", "c"};
  const std::vector<BaselinePlace> places = {
      {0, "x"}, {0, "y"}, {1, "x"}, {1, "y"},
      {1, "z"}, {2, "x"}, {2, "z"}, {2, "w"},
  };
  for (unsigned bits = 0; bits < 256; ++bits) {
    const BaselineSet set(bits);
    const std::string text = WriteSet(set, places, releases);
    for (std::size_t i = 0; i < places.size(); ++i) {
      const auto in = IsInSet(text, places[i], releases);
      ASSERT_TRUE(in) << in.error().message;
      EXPECT_EQ(*in, set.test(i)) << bits << " " << i << " '" << text << "'";
    }
  }
}

}  // namespace
}  // namespace plumbline::harvest
