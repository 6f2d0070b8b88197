#include "conformance/abi/rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumbline::abi {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(Row, HasKindAndCells) {
  const Row row("constant\tname=EPOLLIN\tvalue=1\ttype=unsigned int");
  EXPECT_EQ(row.kind(), "constant");
  EXPECT_EQ(row["name"], "EPOLLIN");
  EXPECT_EQ(row["type"], "unsigned int");
  EXPECT_EQ(row.Number("value"), 1u);
}

TEST(Row, LacksWhatIsNotThere) {
  const Row row("constant\tname=EPOLLIN");
  EXPECT_EQ(row["value"], "");
  EXPECT_FALSE(row.Has("value"));
  EXPECT_TRUE(row.Has("name"));
  EXPECT_EQ(row.Number("value"), 0u);
}

TEST(Row, KeysAreWhole) {
  const Row row("field\tuapi_value=2\tvalue=1");
  EXPECT_EQ(row["value"], "1");
  EXPECT_EQ(row["uapi"], "");
}

TEST(Row, AValueMayHoldAnEqualsSign) {
  EXPECT_EQ(Row("constant\tfeature=_POSIX_C_SOURCE=199309L")["feature"],
            "_POSIX_C_SOURCE=199309L");
}

TEST(Row, AnEmptyValueIsNone) {
  EXPECT_FALSE(Row("constant\tname=")["name"].size());
}

TEST(Row, TheFirstOfTwoCellsCounts) {
  EXPECT_EQ(Row("constant\tvalue=1\tvalue=2")["value"], "1");
}

TEST(Row, CellsWithoutEqualsSignAreIgnored) {
  const Row row("constant\tnonsense\tname=A");
  EXPECT_EQ(row["name"], "A");
  EXPECT_FALSE(row.Has("nonsense"));
}

TEST(Row, MayHaveNoCells) {
  const Row row("census");
  EXPECT_EQ(row.kind(), "census");
  EXPECT_FALSE(row.Has("name"));
}

TEST(Row, NumbersHave64Bits) {
  EXPECT_EQ(Row("constant\tvalue=18446744073709551615").Number("value"),
            18446744073709551615ull);
  EXPECT_EQ(Row("constant\tvalue=none").Number("value"), 0u);
}

TEST(ReadRows, OnePerLine) {
  const std::vector<Row> rows =
      ReadRows("type\tname=a\nfield\tfield=b\n\ncensus\tfield=1");
  ASSERT_THAT(rows, SizeIs(3));
  EXPECT_EQ(rows[0].kind(), "type");
  EXPECT_EQ(rows[1]["field"], "b");
  EXPECT_EQ(rows[2].Number("field"), 1u);
}

TEST(ReadRows, NothingInNothing) {
  EXPECT_THAT(ReadRows(""), IsEmpty());
  EXPECT_THAT(ReadRows("\n"), IsEmpty());
}

}  // namespace
}  // namespace plumbline::abi
