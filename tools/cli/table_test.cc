#include "tools/cli/table.h"

#include <gtest/gtest.h>

#include <string>

namespace plumbline::cli {
namespace {

TEST(DisplayWidth, CountsCharacters) {
  EXPECT_EQ(DisplayWidth("abc"), 3u);
  EXPECT_EQ(DisplayWidth("a…b"), 3u);
  EXPECT_EQ(DisplayWidth(""), 0u);
}

TEST(Wrap, BreaksAtSpaces) {
  EXPECT_EQ(Wrap("one two three", 7),
            (std::vector<std::string>{"one two", "three"}));
  EXPECT_EQ(Wrap("one two", 100), (std::vector<std::string>{"one two"}));
  EXPECT_EQ(Wrap("", 10), (std::vector<std::string>{""}));
}

TEST(Wrap, KeepsLongWords) {
  EXPECT_EQ(Wrap("a incomprehensible b", 5),
            (std::vector<std::string>{"a", "incomprehensible", "b"}));
}

TEST(Wrap, KeepsNewlines) {
  EXPECT_EQ(Wrap("one\ntwo three", 5),
            (std::vector<std::string>{"one", "two", "three"}));
}

TEST(Wrap, KeepsSpacesOfALineThatFits) {
  EXPECT_EQ(Wrap("a   b", 5), (std::vector<std::string>{"a   b"}));
}

Table Example() {
  Table table({{"name"}, {"count", Table::Align::kRight}});
  table.Add({"a", "1"});
  table.Add({"long name", "1000"});
  return table;
}

TEST(Table, IsAligned) {
  EXPECT_EQ(Example().Text({}),
            "name       count\n"
            "---------  -----\n"
            "a              1\n"
            "long name   1000\n");
}

TEST(Table, WithoutTitlesHasNoRule) {
  Table table({{""}, {""}});
  table.Add({"a", "b"});
  EXPECT_EQ(table.Text({.indent = 2}), "  a  b\n");
}

TEST(Table, WrapsWhereItIsTooWide) {
  EXPECT_EQ(Example().Text({.width = 11}),
            "name  count\n"
            "----  -----\n"
            "a         1\n"
            "long   1000\n"
            "name\n");
}

TEST(Table, WrapsTitlesOfNarrowColumns) {
  Table table({{"amd64 i386 x32 arm64 armhf"}});
  table.Add({"1"});
  EXPECT_EQ(table.Text({}),
            "amd64 i386 x32 arm64\n"
            "armhf\n"
            "--------------------\n"
            "1\n");
  EXPECT_EQ(table.TitleLines({}), 2u);
}

TEST(Table, PrintsBlocksWhereWrappingIsNotEnough) {
  Table table({{"x"}, {"first"}, {"second"}, {"third"}});
  table.Add({"0", "a", "b", "c"});
  EXPECT_EQ(table.Text({.width = 16}),
            "x  first  second\n"
            "-  -----  ------\n"
            "0  a      b\n"
            "\n"
            "x  third\n"
            "-  -----\n"
            "0  c\n");
  EXPECT_EQ(table.BlockCount({.width = 16}), 2u);
  EXPECT_EQ(table.BlockCount({}), 1u);
}

TEST(Table, NeverBreaksAtANoBreakSpace) {
  Table table({{""}, {""}});
  table.Add({"label", "1" + std::string(kNoBreakSpace) + "2"});
  EXPECT_EQ(table.Text({.width = 9}), "label  1 2\n");
}

TEST(Table, PaintsOnlyWhereAsked) {
  Table table({{""}});
  table.Add({{"bad", Colour::kRed}});
  EXPECT_EQ(table.Text({}), "bad\n");
  EXPECT_EQ(table.Text({.colour = true}), "\033[1;31mbad\033[0m\n");
}

TEST(Table, IsMarkdown) {
  Table table({{"a|b"}, {"n", Table::Align::kRight}});
  table.Add({"int *x_y", "1\n2"});
  EXPECT_EQ(table.Markdown(),
            "| a\\|b | n |\n"
            "| --- | ---: |\n"
            "| int \\*x\\_y | 1<br>2 |\n");
}

}  // namespace
}  // namespace plumbline::cli
