// What is declared, as tools/codegen writes it of bindings/*.toml.

#ifndef PLUMBLINE_TOOLS_CLI_DECLARATIONS_H_
#define PLUMBLINE_TOOLS_CLI_DECLARATIONS_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tools/cli/error.h"
#include "tools/cli/json.h"
#include "tools/cli/targets.h"

namespace plumbline::cli {

// Facts that some targets share; see tools/codegen/emit_declarations.py for the
// fields.
struct Facts {
  std::vector<std::string> targets;
  Json json;

  bool absent() const { return Flag(json, "absent"); }
};

// A declared constant, type or function.
struct Entry {
  std::string kind;  // "constant", "type", "function"
  std::string name;
  std::string family;
  std::string where;
  std::string about;
  std::string page;
  std::vector<Facts> facts;

  // "epoll_event" of "struct epoll_event"
  std::string_view plain_name() const;

  // As it was read.
  Json AsJson() const;

  // The entry with the facts of these targets only.
  Entry On(const std::vector<Target>& targets) const;
};

class Declarations {
 public:
  // The text of a file of schema plumbline.declarations/1.
  static Result<Declarations> Parse(std::string_view text);

  const std::vector<Target>& targets() const { return targets_; }
  const std::vector<Entry>& entries() const { return entries_; }

  // Title of a family of manual pages.
  std::string FamilyTitle(const std::string& family) const;

  // Entries of the name, with or without its struct or union, or that fit it as
  // a glob.
  std::vector<const Entry*> Find(const std::string& name) const;

  // All names, without struct and union.
  std::vector<std::string> PlainNames() const;

 private:
  std::vector<Target> targets_;
  std::map<std::string, std::string> family_titles_;
  std::vector<Entry> entries_;
};

}  // namespace plumbline::cli

#endif  // PLUMBLINE_TOOLS_CLI_DECLARATIONS_H_
