#include "tools/cli/json.h"
#include "tools/gate/formats.h"

namespace plumbline::gate {
namespace {

using cli::Json;

Json Completeness(const Described& described) {
  const auto both = [&](auto member) {
    return described.glibc.*member + described.uapi.*member;
  };
  const auto used = [&](harvest::Use use) {
    const auto i = static_cast<std::size_t>(use);
    return described.glibc.macros_by_use.at(i) +
           described.uapi.macros_by_use.at(i);
  };
  using harvest::Use;
  return {{"headers", both(&harvest::Completeness::headers)},
          {"macros", both(&harvest::Completeness::macros)},
          {"evaluated", used(Use::kIf) + used(Use::kConstant)},
          {"not_constant", used(Use::kRuntime)},
          {"unresolved", used(Use::kUnevaluable)}};
}

Json Versions(const Described& described) {
  return {{"libc", described.libc},
          {"kernel_headers", described.kernel_headers}};
}

Json FindingJson(const Finding& finding) {
  Json json = {
      {"id", KindOf(finding.id).name}, {"severity", NameOf(finding.severity)},
      {"name", finding.name},          {"owner", finding.owner},
      {"side", NameOf(finding.side)},  {"old", finding.old_is},
      {"new", finding.new_is},         {"archs", finding.archs},
      {"story", finding.story},        {"text", Text(finding)}};
  if (!finding.variant.empty()) json["variant"] = finding.variant;
  if (!finding.rule.empty()) json["rule"] = finding.rule;
  for (const ProgramView& view : finding.programs)
    json["programs"].push_back({{"file", view.file},
                                {"header", view.header},
                                {"is", view.is},
                                {"sees", NameOf(view.sees)}});
  return json;
}

}  // namespace

std::string GateJson(const Report& report) {
  static const Described kNone;
  const bool any = !report.archs.empty();
  Json json = {{"schema", "plumbline.gate/1"},
               {"old", Versions(any ? report.archs[0].before : kNone)},
               {"new", Versions(any ? report.archs[0].after : kNone)}};
  if (!report.scope.empty()) json["scope"] = report.scope;
  json["left_out"] = Json::array();
  for (const LeftOut& one : report.left_out)
    json["left_out"].push_back(
        {{"arch", one.arch}, {"lacked_by", one.is_new ? "old" : "new"}});
  for (const Examined& file : report.examined)
    json["examined"].push_back({{"file", file.file},
                                {"types", file.has_types},
                                {"missing", file.missing}});
  for (const BehaviourRun& run : report.behaviour) {
    Json counts = Json::object();
    for (const BehaviourRun::Count& count : run.counts) {
      counts[count.kind] = {{"on_both", count.on_both},
                            {"skipped", count.skipped}};
    }
    json["behaviour"][run.arch] = {{"runner", run.runner},
                                   {"counts", std::move(counts)},
                                   {"differences", run.differences},
                                   {"unsteady", run.unsteady},
                                   {"missing", run.missing}};
  }
  json["findings"] = Json::array();
  for (const Finding& finding : report.findings)
    json["findings"].push_back(FindingJson(finding));
  json["stories"] = Json::array();
  for (const Story& story : report.stories) {
    json["stories"].push_back({{"id", story.id},
                               {"severity", NameOf(story.severity)},
                               {"title", story.title},
                               {"text", story.text},
                               {"source", story.source},
                               {"findings", story.findings}});
  }
  json["suppressed"] = Json::array();
  for (const Suppressed& hidden : report.suppressed) {
    Json finding = FindingJson(hidden.finding);
    finding["reason"] = hidden.reason;
    json["suppressed"].push_back(std::move(finding));
  }
  json["complaints"] = report.complaints;
  const auto counts = report.Counts();
  json["counts"] = {
      {"breaking", counts[0]}, {"notable", counts[1]}, {"benign", counts[2]}};
  json["completeness"] = Json::object();
  for (const ArchReport& arch : report.archs) {
    json["completeness"][arch.arch] = {{"old", Completeness(arch.before)},
                                       {"new", Completeness(arch.after)}};
  }
  return cli::Print(json);
}

}  // namespace plumbline::gate
