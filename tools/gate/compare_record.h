// Compares one thing that a header says: a constant, macro, type or function.

#ifndef PLUMBLINE_TOOLS_GATE_COMPARE_RECORD_H_
#define PLUMBLINE_TOOLS_GATE_COMPARE_RECORD_H_

#include <string_view>
#include <vector>

#include "tools/gate/finding.h"
#include "tools/harvest/surface.h"

namespace plumbline::gate {

// `section` says whose they are. Equal ones give nothing.
void CompareRecord(const harvest::Section& section,
                   const harvest::Constant& before,
                   const harvest::Constant& after, std::vector<Finding>& out);
void CompareRecord(const harvest::Section& section,
                   const harvest::FunctionMacro& before,
                   const harvest::FunctionMacro& after,
                   std::vector<Finding>& out);
void CompareRecord(const harvest::Section& section, const harvest::Type& before,
                   const harvest::Type& after, std::vector<Finding>& out);
void CompareRecord(const harvest::Section& section,
                   const harvest::Declaration& before,
                   const harvest::Declaration& after,
                   std::vector<Finding>& out);

// `now`, if not nullptr, is what the header `owner` says instead.
void RecordGone(const harvest::Section& section, const harvest::Constant& gone,
                const harvest::Constant* now, std::string_view owner,
                std::vector<Finding>& out);
void RecordGone(const harvest::Section& section,
                const harvest::FunctionMacro& gone,
                const harvest::FunctionMacro* now, std::string_view owner,
                std::vector<Finding>& out);
void RecordGone(const harvest::Section& section, const harvest::Type& gone,
                const harvest::Type* now, std::string_view owner,
                std::vector<Finding>& out);
void RecordGone(const harvest::Section& section,
                const harvest::Declaration& gone,
                const harvest::Declaration* now, std::string_view owner,
                std::vector<Finding>& out);

void RecordAdded(const harvest::Section& section,
                 const harvest::Constant& added, std::vector<Finding>& out);
void RecordAdded(const harvest::Section& section,
                 const harvest::FunctionMacro& added,
                 std::vector<Finding>& out);
void RecordAdded(const harvest::Section& section, const harvest::Type& added,
                 std::vector<Finding>& out);
void RecordAdded(const harvest::Section& section,
                 const harvest::Declaration& added, std::vector<Finding>& out);

// A type without const, volatile and restrict.
std::string WithoutQualifiers(std::string_view type);

// Whether a field's name says that it is not for use: "__pad1", "reserved".
bool IsReservedName(std::string_view path);

}  // namespace plumbline::gate

#endif  // PLUMBLINE_TOOLS_GATE_COMPARE_RECORD_H_
