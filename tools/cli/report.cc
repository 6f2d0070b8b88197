#include "tools/cli/report.h"

#include <algorithm>
#include <optional>
#include <tuple>

#include "tools/cli/json.h"

namespace plumbline::cli {
namespace {

constexpr std::string_view kSchema = "plumbline.report/1";

std::uint64_t Number(const Json& json, std::string_view key) {
  const Json& value = Field(json, key);
  return value.is_number_unsigned() ? value.get<std::uint64_t>() : 0;
}

std::optional<Status> ParseStatus(std::string_view text) {
  if (text == "passed") return Status::kPassed;
  if (text == "failed") return Status::kFailed;
  if (text == "skipped") return Status::kSkipped;
  if (text == "deviation") return Status::kDeviation;
  return std::nullopt;
}

}  // namespace

Result<Report> ParseReport(std::string_view text, const Target& target,
                           bool may_be_empty) {
  const std::optional<Json> json = ParseJson(text);
  if (!json) return Fail("its checker does not answer in JSON");
  if (Text(*json, "schema") != kSchema) {
    return Fail("its checker answers in the schema '{}', not {}",
                Text(*json, "schema"), kSchema);
  }
  if (Text(*json, "arch") != target.arch ||
      Text(*json, "variant") != target.variant) {
    const std::string variant = Text(*json, "variant");
    return Fail("its checker is that of {}{}{}", Text(*json, "arch"),
                variant.empty() ? "" : "/", variant);
  }
  Report report;
  report.libc = Text(*json, "libc");
  report.kernel = Text(*json, "kernel");
  report.kernel_headers = Text(*json, "kernel_headers");
  // What compiled no probes saw no headers.
  if (report.kernel_headers == "0.0.0") report.kernel_headers.clear();
  report.facts = Number(*json, "facts");
  report.microseconds = Number(*json, "microseconds");
  for (const Json& item : Field(*json, "checks")) {
    const std::optional<Status> status = ParseStatus(Text(item, "status"));
    Check check = {Text(item, "check"),
                   Text(item, "kind"),
                   status.value_or(Status::kFailed),
                   Flag(item, "pinned"),
                   Text(item, "declared"),
                   Text(item, "seen"),
                   Text(item, "where"),
                   Text(item, "reason")};
    if (check.name.empty() || check.kind.empty() || !status) {
      return Fail(
          "its checker reports a check without name, kind or status: {}",
          item.dump());
    }
    if (check.status == Status::kSkipped && check.reason.empty()) {
      return Fail("its checker skips {} without a reason", check.name);
    }
    if (check.status == Status::kDeviation && check.reason.empty()) {
      return Fail("its checker excuses {} without a reason", check.name);
    }
    report.checks.push_back(std::move(check));
  }
  if (report.checks.empty() && !may_be_empty)
    return Fail("its checker reports no checks");
  std::sort(report.checks.begin(), report.checks.end(),
            [](const Check& a, const Check& b) {
              return std::tie(a.name, a.kind, a.where) <
                     std::tie(b.name, b.kind, b.where);
            });
  return report;
}

}  // namespace plumbline::cli
