#include "tools/gate/suppressions.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <sstream>

#include "tools/gate/rules.h"
#include "tools/gate/safe_toml.h"
#include "tools/gate/stories.h"

namespace plumbline::gate {
namespace {

using cli::Fail;
using cli::Result;
using std::chrono::year_month_day;

std::string At(const std::string& file, const toml::node& node) {
  return fmt::format("{}:{}", file, node.source().begin.line);
}

year_month_day DayOf(const toml::date& date) {
  return {std::chrono::year(date.year), std::chrono::month(date.month),
          std::chrono::day(date.day)};
}

Result<void> ReadKey(std::string_view key, const toml::node& value,
                     const std::string& where, Suppression& to) {
  for (const auto& [name, text] :
       {std::pair("id", &to.id), std::pair("story", &to.story),
        std::pair("side", &to.side), std::pair("owner", &to.owner),
        std::pair("name", &to.name), std::pair("reason", &to.reason)}) {
    if (key != name) continue;
    if (!value.is_string() || value.as_string()->get().empty())
      return Fail("{}: {} is a text that is not empty", where, key);
    *text = value.as_string()->get();
    return {};
  }
  if (key == "archs") {
    const toml::array* archs = value.as_array();
    if (archs == nullptr || archs->empty())
      return Fail("{}: archs is a list such as [\"amd64\"]", where);
    for (const toml::node& arch : *archs) {
      if (!arch.is_string())
        return Fail("{}: archs is a list such as [\"amd64\"]", where);
      to.archs.push_back(arch.as_string()->get());
    }
    return {};
  }
  if (key == "expires") {
    if (!value.is_date())
      return Fail("{}: expires is a day such as 2027-06-30, without quotes",
                  where);
    to.expires = DayOf(value.as_date()->get());
    return {};
  }
  return Fail(
      "{}: there is no key '{}'; the keys are id, story, side, owner, name, "
      "archs, reason and expires",
      where, key);
}

Result<Suppression> ReadOne(const toml::table& table, const std::string& file) {
  Suppression one;
  one.where = At(file, table);
  for (const auto& [key, value] : table) {
    const Result<void> read = ReadKey(key.str(), value, At(file, value), one);
    if (!read) return tl::unexpected(read.error());
  }
  if (one.id.empty() && one.story.empty())
    return Fail("{}: a suppression has an id or a story", one.where);
  if (one.reason.empty())
    return Fail("{}: a suppression has a reason", one.where);
  if (!one.expires.ok())
    return Fail("{}: a suppression has a day on which it expires", one.where);
  return one;
}

bool Covers(const Suppression& one, const Finding& finding) {
  const auto fits = [](const std::string& pattern, std::string_view text) {
    return pattern.empty() || Fits(pattern, text);
  };
  return fits(one.id, KindOf(finding.id).name) &&
         fits(one.story, finding.story) &&
         fits(one.side, NameOf(finding.side)) &&
         fits(one.owner, finding.owner) && fits(one.name, finding.name);
}

std::string DayText(year_month_day day) {
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()),
                     static_cast<unsigned>(day.month()),
                     static_cast<unsigned>(day.day()));
}

}  // namespace

Result<std::vector<Suppression>> ParseSuppressions(std::string_view text,
                                                   const std::string& file) {
  toml::table document;
  try {
    document = toml::parse(text, file);
  } catch (const toml::parse_error& error) {
    return Fail("{}:{}: {}", file, error.source().begin.line,
                error.description());
  } catch (const std::invalid_argument& error) {
    return Fail("{}: {}", file, error.what());
  }
  std::vector<Suppression> all;
  for (const auto& [key, value] : document) {
    const toml::array* list = value.as_array();
    if (key.str() != "suppression" || list == nullptr)
      return Fail("{}: there is no '{}' here, only [[suppression]]",
                  At(file, value), key.str());
    for (const toml::node& node : *list) {
      if (!node.is_table())
        return Fail("{}: write [[suppression]]", At(file, node));
      Result<Suppression> one = ReadOne(*node.as_table(), file);
      if (!one) return tl::unexpected(one.error());
      all.push_back(*std::move(one));
    }
  }
  return all;
}

Result<std::vector<Suppression>> ReadSuppressions(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf() || in.peek() == EOF))
    return Fail("{}: the suppressions can't be read", file);
  return ParseSuppressions(text.str(), file);
}

void Suppress(const std::vector<Suppression>& suppressions,
              year_month_day today, Report& report) {
  for (const Suppression& one : suppressions) {
    if (std::chrono::sys_days(one.expires) < std::chrono::sys_days(today)) {
      report.complaints.push_back(
          fmt::format("{}: expired on {}: decide anew ({})", one.where,
                      DayText(one.expires), one.reason));
      continue;
    }
    std::size_t hidden = 0;
    std::vector<Finding> left;
    for (Finding& finding : report.findings) {
      if (!Covers(one, finding)) {
        left.push_back(std::move(finding));
        continue;
      }
      Finding covered = finding;
      const auto names_it = [&](const std::string& arch) {
        return one.archs.empty() ||
               std::find(one.archs.begin(), one.archs.end(), arch) !=
                   one.archs.end();
      };
      std::erase_if(covered.archs,
                    [&](const auto& arch) { return !names_it(arch); });
      std::erase_if(finding.archs, names_it);
      if (!finding.archs.empty()) left.push_back(finding);
      if (covered.archs.empty()) continue;
      ++hidden;
      report.suppressed.push_back({std::move(covered), one.reason});
    }
    report.findings = std::move(left);
    if (hidden == 0)
      report.complaints.push_back(
          fmt::format("{}: there is no finding for it, so take it out ({})",
                      one.where, one.reason));
  }
  Recount(report);
}

Result<year_month_day> ParseDay(std::string_view text) {
  int year = 0;
  unsigned month = 0, day = 0;
  char end = 0;
  const std::string copy(text);
  const bool read =
      copy.size() == 10 && std::sscanf(copy.c_str(), "%4d-%2u-%2u%c", &year,
                                       &month, &day, &end) == 3;
  const year_month_day result{std::chrono::year(year),
                              std::chrono::month(month), std::chrono::day(day)};
  if (!read || !result.ok())
    return Fail("'{}' is no day such as 2027-06-30", text);
  return result;
}

}  // namespace plumbline::gate
