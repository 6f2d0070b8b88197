#include "conformance/abi/report.h"

#include <nlohmann/json.hpp>

namespace plumbline::abi {

std::string WriteReport(const Target& target, std::span<const Check> checks,
                        size_t facts, std::chrono::microseconds elapsed) {
  nlohmann::ordered_json report = {
      {"schema", "plumbline.report/1"},
      {"arch", target.arch},
      {"variant", target.variant},
      {"libc", target.libc},
      {"kernel", target.kernel},
      {"kernel_headers", std::to_string(target.kernel_headers.major) + "." +
                             std::to_string(target.kernel_headers.minor) + "." +
                             std::to_string(target.kernel_headers.patch)},
      {"facts", facts},
      {"microseconds", elapsed.count()},
  };
  nlohmann::ordered_json& list = report["checks"] =
      nlohmann::ordered_json::array();
  for (const Check& check : checks) {
    nlohmann::ordered_json entry = {
        {"check", check.name},
        {"kind", KindName(check.kind)},
        {"status", StatusName(check.status)},
        {"pinned", check.pinned},
        {"where", check.where},
    };
    if (check.status == Status::kFailed || check.status == Status::kDeviation) {
      entry["declared"] = check.declared;
      entry["seen"] = check.seen;
    }
    if (!check.reason.empty()) entry["reason"] = check.reason;
    list.push_back(std::move(entry));
  }
  return report.dump();
}

}  // namespace plumbline::abi
