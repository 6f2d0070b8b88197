#include "tools/cli/errors_view.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <utility>

namespace plumbline::cli {
namespace {

// More targets than these are told by those that are missing.
constexpr std::size_t kFewTargets = 4;

using Lines = std::vector<std::pair<std::string, std::string>>;

std::string Plural(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

// "Linux 6.15, glibc 2.34"
std::string Releases(const Json& releases) {
  std::vector<std::string> words;
  const auto add = [&](const std::string& axis, const Json& version) {
    const std::string_view name = axis == "kernel"   ? "Linux"
                                  : axis == "manual" ? "man-pages"
                                                     : axis;
    words.push_back(fmt::format("{} {}", name, version.get<std::string>()));
  };
  // An object, or a list of pairs.
  if (releases.is_array()) {
    for (const Json& pair : releases) add(pair[0].get<std::string>(), pair[1]);
  } else {
    for (const auto& [axis, version] : releases.items()) add(axis, version);
  }
  return fmt::format("{}", fmt::join(words, ", "));
}

std::string ReleaseNote(const ErrorEntry& entry) {
  const Json& since = Field(entry.json, "since");
  const Json& until = Field(entry.json, "until");
  std::vector<std::string> words;
  if (!since.empty()) words.push_back("since " + Releases(since));
  // The first release without it.
  if (!until.empty()) words.push_back("before " + Releases(until));
  return fmt::format("{}", fmt::join(words, ", "));
}

std::string List(const Json& json) {
  std::vector<std::string> words;
  for (const Json& item : json) words.push_back(item.get<std::string>());
  return fmt::format("{}", fmt::join(words, ", "));
}

std::string LibcNote(const std::string& libc) {
  if (libc == "fails") return "fails with the same errno";
  if (libc == "hangs") return "never returns";
  return libc;
}

// What is different on some targets, those with the same difference together.
Lines Differences(const ErrorEntry& entry) {
  std::vector<std::pair<std::string, std::vector<std::string>>> grouped;
  for (const auto& [selector, changes] : Field(entry.json, "on").items()) {
    std::vector<std::string> words;
    for (const auto& [key, value] : changes.items()) {
      if (key == "absent") {
        words.emplace_back("there is no such condition");
      } else if (key == "since") {
        words.push_back("since " + Releases(value));
      } else if (key == "until") {
        words.push_back("before " + Releases(value));
      } else if (value.is_string()) {
        words.push_back(fmt::format("{}: {}", key, value.get<std::string>()));
      } else if (value.is_array()) {
        words.push_back(fmt::format("{}: {}", key, List(value)));
      }
    }
    const std::string text = fmt::format("{}", fmt::join(words, ", "));
    const auto same =
        std::find_if(grouped.begin(), grouped.end(),
                     [&](const auto& group) { return group.first == text; });
    if (same == grouped.end()) {
      grouped.push_back({text, {selector}});
    } else {
      same->second.push_back(selector);
    }
  }
  Lines lines;
  for (const auto& [text, selectors] : grouped)
    lines.emplace_back(fmt::format("on {}", fmt::join(selectors, ", ")), text);
  return lines;
}

Lines Notes(const ErrorEntry& entry) {
  Lines lines;
  const auto add = [&](std::string label, const std::string& text) {
    if (!text.empty()) lines.emplace_back(std::move(label), text);
  };
  add("releases", ReleaseNote(entry));
  add("instead", Text(entry.json, "instead"));
  add("wins over", List(Field(entry.json, "over")));
  add("effect", Text(entry.json, "effect"));
  add("C library", LibcNote(Text(entry.json, "libc")));
  add("root of a user namespace", Text(entry.json, "in_namespace"));
  add("why", Text(entry.json, "why"));
  for (auto& line : Differences(entry)) lines.push_back(std::move(line));
  return lines;
}

std::string Joined(const std::pair<std::string, std::string>& note) {
  if (note.first == "releases") return note.second;
  return note.first == "wins over" ? note.first + " " + note.second
                                   : note.first + ": " + note.second;
}

std::string ProvokedOn(const ErrorTable& table, const ErrorEntry& entry) {
  if (entry.provoked_on.empty()) return "-";
  const std::set<std::string> there(entry.provoked_on.begin(),
                                    entry.provoked_on.end());
  std::vector<std::string> missing;
  for (const std::string& target : table.everywhere()) {
    if (!there.contains(target)) missing.push_back(target);
  }
  if (there.contains("native") && there.size() == 1) return "native";
  if (missing.empty()) return "all";
  if (missing.size() <= kFewTargets && there.size() > kFewTargets)
    return fmt::format("all but {}", fmt::join(missing, ", "));
  return fmt::format("{}", fmt::join(entry.provoked_on, ", "));
}

Colour StatusColour(const ErrorEntry& entry) {
  if (entry.status == "never") return Colour::kRed;
  return entry.status == "observed" ? Colour::kYellow : Colour::kPlain;
}

Document::Grid TableOf(const ErrorTable& table, const ErrorEntries& entries) {
  Document::Grid grid;
  grid.columns = {{"errno"},  {"condition"}, {"layer"},
                  {"status"}, {"class"},     {"provoked on"}};
  grid.fold = true;
  for (const ErrorEntry* entry : entries) {
    Document::Cell condition = entry->condition;
    for (const auto& note : Notes(*entry))
      condition.notes.push_back(Joined(note));
    Document::Cell status = entry->status;
    status.colour = StatusColour(*entry);
    grid.rows.push_back({entry->error, std::move(condition), entry->layer,
                         std::move(status), entry->class_,
                         ProvokedOn(table, *entry)});
  }
  return grid;
}

std::string Percent(std::size_t part, std::size_t whole) {
  return whole == 0 ? "-" : fmt::format("{} %", part * 100 / whole);
}

// The pages of entries, as they were read.
std::string Sources(const ErrorEntries& entries) {
  std::vector<std::string> sources;
  for (const ErrorEntry* entry : entries) {
    if (std::find(sources.begin(), sources.end(), entry->source) ==
        sources.end()) {
      sources.push_back(entry->source);
    }
  }
  return fmt::format("{}", fmt::join(sources, ", "));
}

std::string Meaning(const ErrorEntry& entry) {
  if (entry.status == "observed") return "observed: returned, not in the page";
  if (entry.status == "never") return "never: in the page, Linux doesn't";
  return entry.status;
}

std::string Needs(const ErrorEntry& entry) {
  if (entry.class_ == "limit") return "limit: a resource limit of its own";
  if (entry.class_ == "privileged") return "privileged: needs root";
  if (entry.class_ == "fault")
    return "fault: needs root, and memory or a device that fails";
  if (entry.class_ == "impossible") return "impossible: nothing provokes it";
  return entry.class_;
}

const ErrorProgram* FindProgram(
    const std::map<std::string, ErrorProgram>& programs,
    const ErrorEntry& entry) {
  const auto found = programs.find(entry.provocation);
  return found == programs.end() ? nullptr : &found->second;
}

std::string Outcome(const std::string& outcome) {
  return outcome == "succeeds" ? "succeeds" : "fails with " + outcome;
}

// What an entry's program shows, as a clause.
std::string Claim(const ErrorEntry& entry, bool is_reason) {
  const std::string instead = Text(entry.json, "instead");
  if (is_reason) {
    return fmt::format("Why {} can't be made to fail with {}: {}", entry.of(),
                       entry.error, Text(entry.json, "why"));
  }
  if (entry.status == "never" && !instead.empty())
    return fmt::format("{} {} instead of failing with {}: {}", entry.of(),
                       Outcome(instead), entry.error, entry.condition);
  return fmt::format("{} fails with {}: {}", entry.of(), entry.error,
                     entry.condition);
}

// Whether the page has the errno for other conditions of the function.
bool PageHas(const ErrorTable& table, const ErrorEntry& entry) {
  return std::any_of(table.entries().begin(), table.entries().end(),
                     [&](const ErrorEntry& other) {
                       return other.function == entry.function &&
                              other.error == entry.error &&
                              other.status != "observed" &&
                              other.page() == entry.page();
                     });
}

}  // namespace

Document ErrorsOverview(const ErrorTable& table) {
  Document document;
  const std::vector<ErrorCounts> counts = table.Count();
  Document::Grid grid;
  grid.columns = {{"function"}};
  for (const char* title : {"conditions", "provoked", "observed", "never",
                            "pairs", "documented", "of these provoked"})
    grid.columns.push_back({title, Table::Align::kRight});
  grid.columns.push_back({"share", Table::Align::kRight});
  ErrorCounts all = {.function = "all", .page = ""};
  const auto add = [&](const ErrorCounts& row) {
    std::vector<Document::Cell> cells = {row.function};
    for (const std::size_t number :
         {row.conditions, row.provoked, row.observed, row.never, row.pairs,
          row.documented_pairs, row.documented_provoked})
      cells.emplace_back(fmt::format("{}", number));
    cells.emplace_back(Percent(row.documented_provoked, row.documented_pairs));
    grid.rows.push_back(std::move(cells));
  };
  for (const ErrorCounts& row : counts) {
    all.Add(row);
    add(row);
  }
  add(all);
  document.title = fmt::format("errors: {} of {}, {} of them provoked",
                               Plural(all.conditions, "condition"),
                               Plural(counts.size(), "function"), all.provoked);
  document.Add(Document::Paragraph{
      "A pair is a function and an errno; documented ones are in the "
      "function's page, of which so many were provoked under a documented "
      "condition. observed: conditions that are not in the page. never: those "
      "in the page that Linux does not have."});
  document.Add(std::move(grid));
  document.Add(Document::Paragraph{
      "plumbline errors FUNCTION prints a table, plumbline errors FUNCTION "
      "ERRNO explains one errno."});
  return document;
}

Document ErrorsOf(const ErrorTable& table, const std::string& title,
                  const ErrorEntries& entries) {
  Document document;
  std::set<std::string> errnos;
  std::vector<std::string> operations;
  for (const ErrorEntry* entry : entries) {
    errnos.insert(entry->error);
    if (operations.empty() || operations.back() != entry->operation)
      operations.push_back(entry->operation);
  }
  document.title =
      fmt::format("{}: {} of {}", title, Plural(entries.size(), "condition"),
                  Plural(errnos.size(), "errno"));
  const bool grouped = operations.size() > 1;
  if (!grouped) document.Add(Document::Paragraph{Sources(entries)});
  for (const std::string& operation : operations) {
    ErrorEntries of_operation;
    std::copy_if(
        entries.begin(), entries.end(), std::back_inserter(of_operation),
        [&](const ErrorEntry* entry) { return entry->operation == operation; });
    if (grouped) {
      document.Add(Document::Heading{
          2, operation.empty() ? "any operation" : operation});
      document.Add(Document::Paragraph{Sources(of_operation)});
    }
    document.Add(TableOf(table, of_operation));
  }
  return document;
}

std::string ProgramText(const ErrorEntry& entry, const ErrorProgram& program) {
  std::string text;
  for (const std::string& line : Wrap(Claim(entry, program.is_reason), 77))
    text += "// " + line + "\n";
  const std::string name =
      entry.provocation.substr(entry.provocation.rfind('/') + 1);
  text += fmt::format(
      "// Build and run{}: g++ -std=c++20 -pthread -o {} {}.cc "
      "&& ./{}\n",
      entry.NeedsPrivileges() ? " as root" : "", name, name, name);
  return text + program.text;
}

Document ErrorsExplained(const ErrorTable& table, const std::string& title,
                         const ErrorEntries& entries,
                         const std::map<std::string, ErrorProgram>& programs) {
  Document document;
  document.title =
      fmt::format("{}: {}", title, Plural(entries.size(), "condition"));
  for (const ErrorEntry* entry : entries) {
    document.Add(Document::Heading{2, entry->condition});
    Document::Fields fields;
    const auto add = [&](std::string label, std::string text) {
      if (!text.empty())
        fields.lines.emplace_back(std::move(label), std::move(text));
    };
    add("call", entry->of());
    add("errno", entry->error);
    add("status", Meaning(*entry));
    add("layer", entry->layer);
    add("class", Needs(*entry));
    for (auto& [label, text] : Notes(*entry)) add(label, text);
    add("page", entry->source);
    add("source", Text(entry->json, "kernel_source"));
    add("declared", Text(entry->json, "where"));
    add("provoked on", ProvokedOn(table, *entry));
    const ErrorProgram* program = FindProgram(programs, *entry);
    if (program != nullptr) {
      add("by", program->where);
      add("again", fmt::format("tools/plumbline check --kind errors --only {}",
                               entry->provocation));
    }
    document.Add(std::move(fields));
    if (program != nullptr)
      document.Add(Document::Code{ProgramText(*entry, *program)});
  }
  return document;
}

Document ErrorsDisagreements(
    const ErrorTable& table, const ErrorEntries& entries,
    const std::map<std::string, ErrorProgram>& programs) {
  Document document;
  const auto count = [&](std::string_view status) {
    return static_cast<std::size_t>(std::count_if(
        entries.begin(), entries.end(),
        [&](const ErrorEntry* entry) { return entry->status == status; }));
  };
  document.title = fmt::format(
      "disagreements: {} in the manual that Linux does not have, "
      "{} that the manual does not have",
      count("never"), count("observed"));
  for (const char* status : {"never", "observed"}) {
    document.Add(Document::Heading{
        2, std::string_view(status) == "never"
               ? "never: in the manual, but Linux does not"
               : "observed: Linux does, but it is not in the manual"});
    std::string function;
    for (const ErrorEntry* entry : entries) {
      if (entry->status != status) continue;
      if (entry->of() != function) {
        function = entry->of();
        document.Add(Document::Heading{3, function});
      }
      const std::string instead = Text(entry->json, "instead");
      const std::string why = Text(entry->json, "why");
      Document::Fields fields;
      const auto add = [&](const char* label, std::string text) {
        if (!text.empty()) fields.lines.emplace_back(label, std::move(text));
      };
      add("errno", entry->error);
      add("condition", entry->condition);
      add("releases", ReleaseNote(*entry));
      if (entry->status == "never") {
        add("manual", fmt::format("fails with {}", entry->error));
        add("Linux", instead.empty() ? why
                     : why.empty()   ? Outcome(instead)
                                     : Outcome(instead) + ": " + why);
      } else {
        add("manual",
            PageHas(table, *entry)
                ? fmt::format("has {}, but not for this", entry->error)
                : fmt::format("does not have {}", entry->error));
        add("Linux",
            entry->layer == "kernel"
                ? fmt::format("fails with {}", entry->error)
                : fmt::format("the C library fails with {}", entry->error));
      }
      add("page", entry->source);
      add("source", Text(entry->json, "kernel_source"));
      const ErrorProgram* program = FindProgram(programs, *entry);
      add(program != nullptr && program->is_reason ? "reason" : "shown by",
          program != nullptr ? entry->provocation : "no provocation");
      document.Add(std::move(fields));
    }
  }
  return document;
}

}  // namespace plumbline::cli
