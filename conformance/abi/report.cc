#include "conformance/abi/report.h"

// It compiles in a fifth of the time of the other JSON library, which counts
// where each architecture's program has it.
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace plumbline::abi {
namespace {

class Writer {
 public:
  Writer& Key(std::string_view key) {
    json_.Key(key.data(), static_cast<rapidjson::SizeType>(key.size()));
    return *this;
  }
  void Text(std::string_view text) {
    json_.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
  }
  void Number(std::int64_t number) { json_.Int64(number); }
  void Bool(bool value) { json_.Bool(value); }
  void StartObject() { json_.StartObject(); }
  void EndObject() { json_.EndObject(); }
  void StartArray() { json_.StartArray(); }
  void EndArray() { json_.EndArray(); }

  std::string text() const { return {buffer_.GetString(), buffer_.GetSize()}; }

 private:
  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer> json_{buffer_};
};

void Write(const Check& check, Writer& writer) {
  writer.StartObject();
  writer.Key("check").Text(check.name);
  writer.Key("kind").Text(KindName(check.kind));
  writer.Key("status").Text(StatusName(check.status));
  writer.Key("pinned").Bool(check.pinned);
  writer.Key("where").Text(check.where);
  if (check.status == Status::kFailed || check.status == Status::kDeviation) {
    writer.Key("declared").Text(check.declared);
    writer.Key("seen").Text(check.seen);
  }
  if (!check.reason.empty()) writer.Key("reason").Text(check.reason);
  writer.EndObject();
}

}  // namespace

std::string WriteReport(const Target& target, std::span<const Check> checks,
                        size_t facts, std::chrono::microseconds elapsed) {
  const auto& headers = target.kernel_headers;
  Writer writer;
  writer.StartObject();
  writer.Key("schema").Text("plumbline.report/1");
  writer.Key("arch").Text(target.arch);
  writer.Key("variant").Text(target.variant);
  writer.Key("libc").Text(target.libc);
  writer.Key("kernel").Text(target.kernel);
  writer.Key("kernel_headers")
      .Text(std::to_string(headers.major) + "." +
            std::to_string(headers.minor) + "." +
            std::to_string(headers.patch));
  writer.Key("facts").Number(static_cast<std::int64_t>(facts));
  writer.Key("microseconds").Number(elapsed.count());
  writer.Key("checks").StartArray();
  for (const Check& check : checks) Write(check, writer);
  writer.EndArray();
  writer.EndObject();
  return writer.text();
}

}  // namespace plumbline::abi
