#include "facedeblur/util/json_object.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "facedeblur/util/text.h"

namespace facedeblur {
namespace {

std::string NumberText(double value) {
  if (!std::isfinite(value)) return "null";
  std::array<char, 32> buffer{};  // the shortest text that reads back as the same number
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return {buffer.data(), end.ptr};
}

template <typename List, typename ToText>
std::string ArrayText(const List& list, const ToText& to_text) {
  std::string text = "[";
  for (const auto& item : list) {
    if (text.size() > 1) text += ",";
    text += to_text(item);
  }
  return text + "]";
}

}  // namespace

std::string JsonQuote(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : ToValidUtf8(text)) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      std::array<char, 8> escape{};
      std::snprintf(escape.data(), escape.size(), "\\u%04x", static_cast<unsigned char>(c));
      quoted += escape.data();
    } else {
      quoted += c;
    }
  }
  return quoted + "\"";
}

JsonObject& JsonObject::AddRaw(std::string_view name, const std::string& value) {
  if (!members_.empty()) members_ += ",";
  members_ += JsonQuote(name) + ":" + value;
  return *this;
}

JsonObject& JsonObject::Add(std::string_view name, std::string_view value) {
  return AddRaw(name, JsonQuote(value));
}
JsonObject& JsonObject::Add(std::string_view name, const char* value) {
  return AddRaw(name, JsonQuote(value));
}
JsonObject& JsonObject::Add(std::string_view name, double value) {
  return AddRaw(name, NumberText(value));
}
JsonObject& JsonObject::Add(std::string_view name, std::int64_t value) {
  return AddRaw(name, std::to_string(value));
}
JsonObject& JsonObject::Add(std::string_view name, int value) {
  return AddRaw(name, std::to_string(value));
}
JsonObject& JsonObject::Add(std::string_view name, bool value) {
  return AddRaw(name, value ? "true" : "false");
}
JsonObject& JsonObject::Add(std::string_view name, const JsonObject& value) {
  return AddRaw(name, value.ToString());
}
JsonObject& JsonObject::Add(std::string_view name, const std::vector<double>& values) {
  return AddRaw(name, ArrayText(values, NumberText));
}
JsonObject& JsonObject::Add(std::string_view name, const std::vector<std::string>& values) {
  return AddRaw(name, ArrayText(values, [](const std::string& v) { return JsonQuote(v); }));
}
JsonObject& JsonObject::Add(std::string_view name, const std::vector<JsonObject>& values) {
  return AddRaw(name, ArrayText(values, [](const JsonObject& v) { return v.ToString(); }));
}
JsonObject& JsonObject::AddNull(std::string_view name) { return AddRaw(name, "null"); }

}  // namespace facedeblur
