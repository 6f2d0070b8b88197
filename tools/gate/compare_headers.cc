// Which headers there are, and how they can be included.

#include <fmt/format.h>

#include "tools/gate/compare.h"
#include "tools/gate/merge.h"

namespace plumbline::gate {
namespace {

using harvest::Conflict;
using harvest::Header;
using harvest::HeaderStatus;
using harvest::Surface;

Side SideOf(harvest::Side side) {
  return side == harvest::Side::kGlibc ? Side::kGlibc : Side::kUapi;
}

harvest::Side Other(harvest::Side side) {
  return side == harvest::Side::kGlibc ? harvest::Side::kUapi
                                       : harvest::Side::kGlibc;
}

bool IsUsable(const Header& header) {
  return header.status == HeaderStatus::kIncludable ||
         header.status == HeaderStatus::kNeeds;
}

// Whether programs include it by its own name.
bool IsInternal(const Header& header) {
  return header.status == HeaderStatus::kInternal ||
         header.status == HeaderStatus::kUnreached;
}

Finding Of(Id id, const Header& header) {
  return {.id = id,
          .side = SideOf(header.side),
          .owner = std::string(header.path),
          .name = std::string(header.path)};
}

std::string Describe(const Header& header) {
  switch (header.status) {
    case HeaderStatus::kIncludable:
      return "includable";
    case HeaderStatus::kNeeds:
      return fmt::format("in need of {}", header.detail);
    case HeaderStatus::kInternal:
    case HeaderStatus::kUnreached:
      return "internal";
    case HeaderStatus::kFails:
      break;
  }
  return fmt::format("not includable: {}", header.detail);
}

void CompareStatus(const Header& before, const Header& after,
                   std::vector<Finding>& out) {
  // What it needs may be said of one header or of another that brings it.
  if (before.status == after.status || !IsUsable(before)) return;
  if (after.status == HeaderStatus::kIncludable) return;
  Finding finding = Of(Id::kHeaderConflict, after);
  finding.old_is = Describe(before);
  finding.new_is = Describe(after);
  out.push_back(std::move(finding));
}

}  // namespace

void CompareHeaders(const Surface& before, const Surface& after,
                    std::vector<Finding>& out) {
  // The same file from the other package is the same file for a program.
  const auto on_other_side = [](const Surface& surface, const Header& header) {
    const Header* other =
        Find(surface.headers, std::tuple(Other(header.side), header.path));
    return other != nullptr && (IsUsable(*other) || !IsUsable(header));
  };
  Merge(
      before.headers, after.headers,
      [&](const Header& a, const Header& b) { CompareStatus(a, b, out); },
      [&](const Header& gone) {
        if (on_other_side(after, gone)) return;
        Finding finding = Of(Id::kHeaderRemoved, gone);
        finding.old_is = Describe(gone);
        if (IsInternal(gone)) finding.circumstance = Circumstance::kInternal;
        if (gone.status == HeaderStatus::kFails)
          finding.circumstance = Circumstance::kNotValued;
        out.push_back(std::move(finding));
      },
      [&](const Header& added) {
        if (on_other_side(before, added)) return;
        Finding finding = Of(Id::kHeaderAdded, added);
        finding.new_is = Describe(added);
        out.push_back(std::move(finding));
      });
  const auto worked = [&before](harvest::Side side, std::string_view path) {
    const Header* header = Find(before.headers, std::tuple(side, path));
    return header != nullptr && IsUsable(*header);
  };
  Merge(
      before.conflicts, after.conflicts, [](const auto&, const auto&) {},
      [](const Conflict&) {},
      [&](const Conflict& conflict) {
        if (!worked(conflict.side, conflict.first) ||
            !worked(conflict.side, conflict.second))
          return;
        out.push_back({.id = Id::kHeaderConflict,
                       .side = SideOf(conflict.side),
                       .owner = std::string(conflict.first),
                       .name = std::string(conflict.second),
                       .old_is = "includable together",
                       .new_is = "apart only",
                       .detail = std::string(conflict.reason)});
      });
}

}  // namespace plumbline::gate
