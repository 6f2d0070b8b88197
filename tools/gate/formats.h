// How a report looks.

#ifndef PLUMBLINE_TOOLS_GATE_FORMATS_H_
#define PLUMBLINE_TOOLS_GATE_FORMATS_H_

#include <string>

#include "tools/gate/report.h"

namespace plumbline::gate {

struct TextOptions {
  bool colour = false;
  bool all = false;  // every benign finding too
};

std::string GateText(const Report& report, const TextOptions& options);
std::string GateJson(const Report& report);
std::string GateMarkdown(const Report& report);
std::string GateJunit(const Report& report);
std::string GateHtml(const Report& report);

// Findings that are told in one paragraph: those of a story, or of one id,
// owner, severity and set of architectures.
struct Paragraph {
  const Story* story = nullptr;
  std::vector<const Finding*> findings;
  Severity severity = Severity::kBenign;

  const Finding& first() const { return *findings.front(); }
};

std::vector<Paragraph> Paragraphs(const Report& report);

// A heading of one: "termios speeds …", "3 constants are gone: <elf.h>".
std::string TitleOf(const Paragraph& paragraph);

// "amd64, i386", or "all" of several.
std::string ArchsText(const Report& report, const Finding& finding);

}  // namespace plumbline::gate

#endif  // PLUMBLINE_TOOLS_GATE_FORMATS_H_
