#include "tools/harvest/surface_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace plumbline::harvest {
namespace {

using testing::HasSubstr;

Surface Small() {
  Surface surface;
  surface.arch = "amd64";
  surface.libc = "glibc 2.36";
  surface.kernel_headers = "6.1.0";
  surface.packages.push_back({"libc6", "2.36-9", "amd64", "00ff"});
  surface.headers.push_back(
      {Side::kUapi, "linux/a.h", HeaderStatus::kNeeds, "linux/b.h", "time.h"});
  surface.conflicts.push_back({Side::kUapi, "linux/a.h", "linux/c.h", "both"});
  Section section;
  section.owner = "fcntl.h";
  section.variant = "time64";
  section.constants.push_back(
      {ConstantKind::kMacro, "O_ONE", Use::kIf, "dg", "int", "1"});
  section.constants.push_back(
      {ConstantKind::kEnumerator, "E_ONE", Use::kConstant, "g", "int", "-1"});
  section.function_macros.push_back(
      {"F", "a, ...", "dgp", Use::kConstant, "unsigned long", "4"});
  Type type;
  type.name = "flock";
  type.visible = "dgp";
  type.size = 8;
  type.alignment = 4;
  type.fields.push_back({"a", 0, 8, false, "char"});
  type.fields.push_back({"b", 11, 3, true, "unsigned int"});
  section.types.push_back(type);
  Type opaque;
  opaque.name = "opaque";
  opaque.visible = "g";
  opaque.complete = false;
  section.types.push_back(opaque);
  section.declarations.push_back({DeclarationKind::kFunction, "open", "dgp",
                                  "int (const char *)", "nonnull(1)",
                                  "open64"});
  section.absent.push_back("function lockf");
  surface.sections.push_back(section);
  Library library;
  library.soname = "libc.so.6";
  library.nodes.push_back("GLIBC_2.2.5");
  library.symbols.push_back({"open", "GLIBC_2.2.5", false, "func", "weak", 0});
  surface.libraries.push_back(library);
  surface.Sort();
  return surface;
}

TEST(SurfaceText, ReadsWhatItWrites) {
  const Surface surface = Small();
  const std::string text = WriteSurface(surface);
  const cli::Result<Surface> read = ReadSurface(text, "small");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->packages, surface.packages);
  EXPECT_EQ(read->headers, surface.headers);
  EXPECT_EQ(read->conflicts, surface.conflicts);
  EXPECT_EQ(read->sections, surface.sections);
  EXPECT_EQ(read->libraries, surface.libraries);
  EXPECT_EQ(WriteSurface(*read), text);
}

TEST(SurfaceText, TheOrderOfFindingDoesNotMatter) {
  Surface surface = Small();
  std::swap(surface.sections[0].constants[0], surface.sections[0].constants[1]);
  surface.Sort();
  EXPECT_EQ(WriteSurface(surface), WriteSurface(Small()));
}

TEST(SurfaceText, ACutFileIsRefusedWhereverItIsCut) {
  const std::string text = WriteSurface(Small());
  for (std::size_t length = 0; length < text.size(); ++length) {
    EXPECT_FALSE(ReadSurface(text.substr(0, length), "cut")) << "at " << length;
  }
}

TEST(SurfaceText, ErrorsNameFileAndLine) {
  std::string text = WriteSurface(Small());
  text.replace(text.find("\tif\t"), 4, "\tof\t");
  const cli::Result<Surface> read = ReadSurface(text, "bad");
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message, HasSubstr("bad:9: 'of' is none of"));
}

TEST(SurfaceText, RefusesWhatIsOutOfOrderOrTwice) {
  std::string text = WriteSurface(Small());
  const std::string line = "node\tGLIBC_2.2.5\n";
  text.insert(text.find(line), line);
  const cli::Result<Surface> read = ReadSurface(text, "twice");
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message, HasSubstr("there twice"));
}

TEST(SurfaceText, RefusesOtherFilesAndVersions) {
  EXPECT_FALSE(ReadSurface("", "empty"));
  EXPECT_FALSE(
      ReadSurface("\x7f"
                  "ELF\n",
                  "elf"));
  EXPECT_FALSE(ReadSurface("plumbline-surface\t2\nend\n", "newer"));
  EXPECT_TRUE(ReadSurface("plumbline-surface\t1\nend\n", "nothing"));
  EXPECT_FALSE(ReadSurface("plumbline-surface\t1\nend\nmore\n", "more"));
}

// No byte may lead to a crash, and what is still read must be written again.
TEST(SurfaceText, SurvivesEveryChangedByte) {
  const std::string text = WriteSurface(Small());
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (const char byte : {'\0', '\t', '\n', ':', '9', '-'}) {
      std::string changed = text;
      changed[at] = byte;
      const cli::Result<Surface> read = ReadSurface(changed, "changed");
      if (read) {
        EXPECT_TRUE(ReadSurface(WriteSurface(*read), "again"));
      }
    }
  }
}

TEST(SurfaceText, FilesThatCannotBeReadAreErrors) {
  EXPECT_FALSE(ReadSurfaceFile("/no/such/file"));
  EXPECT_FALSE(ReadSurfaceFile("/"));
}

}  // namespace
}  // namespace plumbline::harvest
