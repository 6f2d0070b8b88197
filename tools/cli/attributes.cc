#include "tools/cli/attributes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string_view>

#include "tools/cli/table.h"
#include "tools/cli/value.h"

namespace plumbline::cli {
namespace {

// Adds attributes whose text is not empty.
class Attributes {
 public:
  void Add(Place place, std::string label, std::string text) {
    if (!text.empty())
      attributes_.push_back({std::move(label), std::move(text), place});
  }

  std::vector<Attribute> Take() { return std::move(attributes_); }

 private:
  std::vector<Attribute> attributes_;
};

std::string Bounds(const Json& json) {
  const Json& least = Field(json, "at_least");
  const Json& most = Field(json, "at_most");
  if (least.is_null() && most.is_null()) return "";
  if (most.is_null()) return "at least " + least.dump();
  if (least.is_null()) return "at most " + most.dump();
  return least.dump() + " to " + most.dump();
}

void AddConstant(const Entry& entry, const Json& json, Attributes& attributes) {
  const Json& value = Field(json, "value");
  attributes.Add(Place::kTable, "value",
                 value.is_null() ? Bounds(json) : FullValue(entry.name, value));
  attributes.Add(Place::kTable, "type", Text(json, "type"));
  attributes.Add(Place::kHead, "alias of", Text(json, "alias"));
  const Json& kernel = Field(json, "uapi_value");
  if (!kernel.is_null())
    attributes.Add(Place::kTableOrHead, "kernel header's value",
                   FullValue(entry.name, kernel));
  if (Flag(json, "runtime")) {
    attributes.Add(Place::kHead, "evaluated", "at run time");
  } else {
    attributes.Add(Place::kHead, "in #if",
                   Field(json, "in_if") == false ? "no" : "yes");
  }
}

void AddType(const Json& json, Attributes& attributes) {
  attributes.Add(Place::kHead, "kind", Text(json, "kind"));
  attributes.Add(Place::kTable, "is", Text(json, "is"));
  attributes.Add(Place::kTable, "size", Field(json, "size").dump());
  attributes.Add(Place::kTable, "align", Field(json, "align").dump());
  if (!Field(json, "fields").is_null())
    attributes.Add(Place::kTableOrHead, "packed",
                   Flag(json, "packed") ? "yes" : "no");
}

std::string Failure(std::string_view convention) {
  if (convention == "errno") return "-1 and errno";
  if (convention == "number") return "returns the error number";
  return convention == "none" ? "does not fail" : std::string(convention);
}

// "@GLIBC_2.0 @@GLIBC_2.32": the node that a program is linked to has two.
std::string VersionNodes(const Json& versions) {
  std::vector<std::string> nodes;
  for (std::size_t i = 0; i < versions.size(); ++i) {
    if (!versions[i].is_string()) continue;
    nodes.push_back((i + 1 == versions.size() ? "@@GLIBC_" : "@GLIBC_") +
                    versions[i].get<std::string>());
  }
  return fmt::format("{}", fmt::join(nodes, " "));
}

void AddFunction(const Json& json, Attributes& attributes) {
  attributes.Add(Place::kHead, "prototype", Text(json, "prototype"));
  const Json& no_throw = Field(json, "noexcept");
  if (!no_throw.is_null())
    attributes.Add(Place::kHead, "noexcept", no_throw == true ? "yes" : "no");
  attributes.Add(Place::kHead, "failure", Failure(Text(json, "failure")));
  const std::string symbol = Text(json, "symbol");
  attributes.Add(Place::kTableOrHead, "symbol",
                 symbol.empty() ? "none in libc" : symbol);
  attributes.Add(Place::kTableOrHead, "version",
                 VersionNodes(Field(json, "versions")));
  const std::string call = Text(json, "syscall");
  attributes.Add(Place::kTableOrHead, "syscall", call.empty() ? "none" : call);
}

std::string Checked(const Json& json) {
  const bool libc = !Text(json, "header").empty();
  const bool kernel = !Text(json, "uapi").empty();
  std::string text;
  if (libc && Flag(json, "shared")) {
    text = "with the kernel's header, which libc's includes";
  } else if (libc && kernel) {
    text = "with both headers, libc's and the kernel's";
  } else if (libc) {
    text = "with libc's header";
  } else if (kernel) {
    text = "with the kernel's header";
  } else {
    return "";
  }
  if (Flag(json, "pinned"))
    text += "; pinned (guards against change, no proof)";
  return text;
}

std::string Since(const Json& json) {
  std::vector<std::string> since;
  const Json& axes = Field(json, "since");
  for (const auto& [axis, label] :
       {std::pair{"glibc", "glibc"}, std::pair{"headers", "kernel headers"},
        std::pair{"kernel", "kernel"}}) {
    const std::string version = Text(axes, axis);
    if (!version.empty()) since.push_back(fmt::format("{} {}", label, version));
  }
  return fmt::format("{}", fmt::join(since, ", "));
}

}  // namespace

std::vector<Attribute> AttributesOf(const Entry& entry, const Facts& facts) {
  Attributes attributes;
  const Json& json = facts.json;
  if (entry.kind == "constant") AddConstant(entry, json, attributes);
  if (entry.kind == "type") AddType(json, attributes);
  if (entry.kind == "function") AddFunction(json, attributes);
  attributes.Add(Place::kHead, "header", Text(json, "header"));
  attributes.Add(Place::kHead, "kernel header", Text(json, "uapi"));
  attributes.Add(Place::kHead, "needs", Text(json, "feature"));
  attributes.Add(Place::kHead, "since", Since(json));
  attributes.Add(Place::kHead, "origin", Text(json, "origin"));
  attributes.Add(Place::kHead, "checked", Checked(json));
  attributes.Add(Place::kHead, "note", Text(json, "note"));
  return attributes.Take();
}

std::vector<Member> MembersOf(const Facts& facts) {
  std::vector<Member> members;
  for (const Json& field : Field(facts.json, "fields")) {
    const std::string offset = Field(field, "offset").dump();
    std::string size = Field(field, "size").dump();
    if (!Field(field, "bits").is_null()) {
      size = fmt::format("{} bits from {}", Field(field, "bits").dump(),
                         Field(field, "bit_offset").dump());
    }
    std::string extent = fmt::format("{:<6} {}", offset, size);
    for (std::size_t at = 0;
         (at = extent.find(' ', at)) != std::string::npos;) {
      extent.replace(at, 1, kNoBreakSpace);
    }
    members.push_back({Text(field, "name"), Text(field, "type"), extent});
  }
  return members;
}

}  // namespace plumbline::cli
