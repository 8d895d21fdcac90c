#include "facedeblur/util/json.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

namespace facedeblur {
namespace {

/// Length of the well-formed UTF-8 sequence at the start (Unicode 15, table 3-7); 0 if there is
/// none.
std::size_t SequenceLength(std::string_view text) {
  const auto at = [&](std::size_t i) -> unsigned {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const auto continues = [&](std::size_t i) { return (at(i) & 0xC0U) == 0x80U; };
  const unsigned lead = at(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return continues(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const bool overlong = lead == 0xE0 && at(1) < 0xA0;
    const bool surrogate = lead == 0xED && at(1) > 0x9F;
    return continues(1) && continues(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const bool overlong = lead == 0xF0 && at(1) < 0x90;
    const bool too_large = lead == 0xF4 && at(1) > 0x8F;
    return continues(1) && continues(2) && continues(3) && !overlong && !too_large ? 4 : 0;
  }
  return 0;
}

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
  while (!text.empty()) {
    const std::size_t length = SequenceLength(text);
    const auto c = static_cast<unsigned char>(text[0]);
    if (length == 0) {
      quoted += "\xEF\xBF\xBD";
    } else if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += text[0];
    } else if (c < 0x20 || c == 0x7F) {
      std::array<char, 8> escape{};
      std::snprintf(escape.data(), escape.size(), "\\u%04x", c);
      quoted += escape.data();
    } else {
      quoted += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
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
JsonObject& JsonObject::Add(std::string_view name, const std::vector<JsonObject>& values) {
  return AddRaw(name, ArrayText(values, [](const JsonObject& v) { return v.ToString(); }));
}
JsonObject& JsonObject::AddNull(std::string_view name) { return AddRaw(name, "null"); }

}  // namespace facedeblur
