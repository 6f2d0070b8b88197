#include "tools/cli/document.h"

#include <gtest/gtest.h>

namespace plumbline::cli {
namespace {

Document Example() {
  Document document;
  document.title = "a < b";
  document.Add(Document::Heading{2, "one_two"});
  document.Add(Document::Fields{{{"label", "value"}, {"longer label", "|"}}});
  Document::Grid grid;
  grid.columns = {{"errno"}, {"condition"}};
  grid.fold = true;
  Document::Cell cell = "fd is <closed>";
  cell.notes = {"effect: none", "wins over EIO"};
  grid.rows = {{"EBADF", cell}, {"EBADF", "other"}, {"EIO", "third"}};
  document.Add(grid);
  document.Add(Document::Code{"int a;\n// ```\n"});
  return document;
}

TEST(Document, AsText) {
  EXPECT_EQ(DocumentText(Example(), false),
            "a < b\n"
            "\n"
            "one_two\n"
            "  label         value\n"
            "  longer label  |\n"
            "\n"
            "errno  condition\n"
            "-----  ---------------\n"
            "EBADF  fd is <closed>\n"
            "         effect: none\n"
            "         wins over EIO\n"
            "       other\n"
            "EIO    third\n"
            "\n"
            "int a;\n"
            "// ```\n");
}

TEST(Document, AsMarkdown) {
  EXPECT_EQ(DocumentMarkdown(Example()),
            "# a &lt; b\n"
            "\n"
            "## one\\_two\n"
            "\n"
            "- **label** value\n"
            "- **longer label** \\|\n"
            "\n"
            "| errno | condition |\n"
            "| --- | --- |\n"
            "| EBADF | fd is &lt;closed><br>effect: none<br>wins over EIO |\n"
            "| EBADF | other |\n"
            "| EIO | third |\n"
            "\n"
            "````cpp\n"
            "int a;\n"
            "// ```\n"
            "````\n");
}

TEST(Document, AsHtml) {
  const std::string html = DocumentHtml(Example());
  EXPECT_NE(html.find("<title>plumbline a &lt; b</title>"), std::string::npos);
  EXPECT_NE(html.find("<td data-label=\"condition\">fd is &lt;closed&gt;<ul "
                      "class=\"notes\"><li>effect: none</li>"),
            std::string::npos);
  EXPECT_NE(html.find("<code>int a;\n// ```\n</code>"), std::string::npos);
}

}  // namespace
}  // namespace plumbline::cli
