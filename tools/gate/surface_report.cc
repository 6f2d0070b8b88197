#include "tools/gate/surface_report.h"

#include <fmt/format.h>

#include <set>
#include <vector>

#include "tools/cli/json.h"
#include "tools/gate/compare.h"

namespace plumbline::gate {
namespace {

using cli::Json;
using harvest::Surface;

Json ReportOf(const Surface& seen) {
  return {{"schema", "plumbline.report/1"},
          {"arch", seen.arch},
          {"variant", ""},
          {"libc", seen.libc},
          {"kernel", ""},
          {"kernel_headers", seen.kernel_headers},
          {"facts", 0},
          {"microseconds", 0},
          {"checks", Json::array()}};
}

Json CheckOf(std::string name, std::string_view status) {
  return {{"check", std::move(name)}, {"kind", "surface"}, {"status", status}};
}

// "Surface/glibc/fcntl.h"
std::string NameOf(Side side, std::string_view owner) {
  return fmt::format("Surface/{}/{}", NameOf(side), owner);
}

Json Skipped(std::string name, std::string reason) {
  Json check = CheckOf(std::move(name), "skipped");
  check["reason"] = std::move(reason);
  return check;
}

// The cross compiler's package of headers, if it is another build than the
// recorded one: Debian's cross packages stay behind the point releases.
std::string OtherCrossBuild(const Surface& baseline, const Surface& seen) {
  const auto is_headers = [](std::string_view name) {
    return name.starts_with("libc") && name.find("-dev") != name.npos;
  };
  for (const harvest::Package& ours : seen.packages) {
    if (!is_headers(ours.name) || !ours.name.ends_with("-cross")) continue;
    for (const harvest::Package& theirs : baseline.packages) {
      if (is_headers(theirs.name) && theirs.version != ours.version)
        return fmt::format("{} {} is another build than the baseline's {} {}",
                           ours.name, ours.version, theirs.name,
                           theirs.version);
    }
  }
  return "";
}

Json Failed(const Finding& finding, const std::string& where) {
  std::string name =
      fmt::format("{}/{}/{}", NameOf(finding.side, finding.owner),
                  KindOf(finding.id).name, finding.name);
  if (!finding.variant.empty()) name += fmt::format("/{}", finding.variant);
  Json check = CheckOf(std::move(name), "failed");
  const auto words = [](const std::string& text) {
    return text.empty() ? std::string("nothing") : text;
  };
  check["declared"] = words(finding.old_is);
  check["seen"] = words(finding.new_is);
  check["where"] = where;
  check["reason"] = Text(finding);
  return check;
}

}  // namespace

std::string SurfaceReport(const Surface& baseline, const Surface& seen,
                          std::string_view name) {
  Json report = ReportOf(seen);
  Json& checks = report["checks"];
  const std::string where =
      fmt::format("conformance/baselines {}/{}", name, baseline.arch);
  if (const std::string build = OtherCrossBuild(baseline, seen);
      !build.empty()) {
    checks.push_back(Skipped(
        "Surface",
        fmt::format("{}: tools/plumbline gate {} and the sysroot says what "
                    "differs",
                    build, name)));
    return cli::Print(report);
  }
  const bool kernel_too = baseline.kernel_headers == seen.kernel_headers;
  if (!kernel_too) {
    checks.push_back(Skipped(
        "Surface/uapi",
        fmt::format("the kernel's headers are not compared: they are {} here, "
                    "and {} in the baseline",
                    seen.kernel_headers, baseline.kernel_headers)));
  }
  std::set<std::string> differ;
  for (const Finding& finding : Compare(baseline, seen)) {
    if (finding.side == Side::kUapi && !kernel_too) continue;
    differ.insert(NameOf(finding.side, finding.owner));
    checks.push_back(Failed(finding, where));
  }
  const auto pass = [&](Side side, std::string_view owner) {
    std::string header = NameOf(side, owner);
    if (differ.contains(header)) return;
    Json check = CheckOf(std::move(header), "passed");
    check["where"] = where;
    checks.push_back(std::move(check));
  };
  for (const harvest::Header& header : baseline.headers) {
    const bool is_kernels = header.side == harvest::Side::kUapi;
    if (kernel_too || !is_kernels)
      pass(is_kernels ? Side::kUapi : Side::kGlibc, header.path);
  }
  for (const harvest::Library& library : baseline.libraries)
    pass(Side::kElf, library.soname);
  return cli::Print(report);
}

std::string NoBaselineReport(const Surface& seen) {
  Json report = ReportOf(seen);
  report["checks"].push_back(Skipped(
      "Surface",
      fmt::format(
          "no baseline is recorded of {} on {} (tools/plumbline baseline list)",
          seen.libc, seen.arch)));
  return cli::Print(report);
}

}  // namespace plumbline::gate
