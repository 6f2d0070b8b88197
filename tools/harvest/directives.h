// What the preprocessor's directives of a file mention, whatever branch is
// taken: by this one sees which headers can have an influence on which others.

#ifndef PLUMBLINE_TOOLS_HARVEST_DIRECTIVES_H_
#define PLUMBLINE_TOOLS_HARVEST_DIRECTIVES_H_

#include <string>
#include <string_view>
#include <vector>

namespace plumbline::harvest {

struct Directives {
  std::vector<std::string> tested;     // names in #if, #ifdef, #ifndef, #elif
  std::vector<std::string> defined;    // by #define
  std::vector<std::string> undefined;  // by #undef
  // Of `# error "Never include <bits/x.h> directly; use <x.h> instead."`: x.h.
  std::string instead;
};

// Each list is sorted, and holds a name once.
Directives ScanDirectives(std::string_view text);

// Text of C with comments and line splices made into one space, and runs of
// space too; literals stay as they are.
std::string WithoutComments(std::string_view text);

bool IsIdentifierStart(char c);
bool IsIdentifierPart(char c);

// The identifiers of a text without comments, outside of literals and numbers.
std::vector<std::string_view> Identifiers(std::string_view text);

}  // namespace plumbline::harvest

#endif  // PLUMBLINE_TOOLS_HARVEST_DIRECTIVES_H_
