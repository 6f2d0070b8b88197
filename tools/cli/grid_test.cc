#include "tools/cli/grid.h"

#include <gtest/gtest.h>

#include <string>

namespace plumbline::cli {
namespace {

std::vector<Target> Architectures(std::size_t count) {
  std::vector<Target> targets;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string name = "architecture" + std::to_string(i);
    targets.push_back({name, name, "", name + "-linux-gnu", name});
  }
  return targets;
}

TEST(Grid, FoldsEqualColumns) {
  const std::vector<Target> targets = Architectures(3);
  Grid grid;
  grid.AddRow({"value", ""});
  grid.AddRow({"type", ""});
  grid.AddColumn({targets[0].name}, {"1", "int"});
  grid.AddColumn({targets[1].name}, {"2", "int"});
  grid.AddColumn({targets[2].name}, {"1", "int"});
  EXPECT_EQ(grid.Text(targets, 100, false),
            "       architecture0  architecture1\n"
            "       architecture2\n"
            "-----  -------------  -------------\n"
            "value  1              2\n"
            "type   int            int\n");
  EXPECT_EQ(grid.Markdown(targets),
            "|  | architecture0 architecture2 | architecture1 |\n"
            "| --- | --- | --- |\n"
            "| value | 1 | 2 |\n"
            "| type | int | int |\n");
}

TEST(Grid, SaysAllIfThereIsOneColumn) {
  const std::vector<Target> targets = Architectures(5);
  Grid grid;
  grid.AddRow({"value", ""});
  for (const Target& target : targets) grid.AddColumn({target.name}, {"1"});
  EXPECT_EQ(grid.Text(targets, 100, false),
            "       all\n-----  ---\nvalue  1\n");
}

TEST(Grid, TakesLettersForNamesThatAreTooLong) {
  const std::vector<Target> targets = Architectures(4);
  Grid grid({"name", "type"});
  grid.AddRow({"X", "int"});
  for (const Target& target : targets)
    grid.AddColumn({target.name}, {"of " + target.name.substr(12)});
  EXPECT_EQ(grid.Text(targets, 40, false),
            "name  type  A     B     C     D\n"
            "----  ----  ----  ----  ----  ----\n"
            "X     int   of 0  of 1  of 2  of 3\n"
            "\n"
            "A  architecture0\n"
            "B  architecture1\n"
            "C  architecture2\n"
            "D  architecture3\n");
}

}  // namespace
}  // namespace plumbline::cli
