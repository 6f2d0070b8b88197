// The facts of one target as labelled texts.

#ifndef PLUMBLINE_TOOLS_CLI_ATTRIBUTES_H_
#define PLUMBLINE_TOOLS_CLI_ATTRIBUTES_H_

#include <string>
#include <vector>

#include "tools/cli/declarations.h"

namespace plumbline::cli {

// Where `show` prints an attribute.
enum class Place {
  kTable,        // with a column per target
  kTableOrHead,  // above the table if it is equal on all targets and other
                 // things are not
  kHead,         // above the table
};

struct Attribute {
  std::string label;
  std::string text;
  Place place;
};

// All but a type's fields, in the order in which they are printed.
std::vector<Attribute> AttributesOf(const Entry& entry, const Facts& facts);

// A member of a struct or union.
struct Member {
  std::string name;
  std::string type;
  std::string extent;  // offset and size
};
std::vector<Member> MembersOf(const Facts& facts);

}  // namespace plumbline::cli

#endif  // PLUMBLINE_TOOLS_CLI_ATTRIBUTES_H_
