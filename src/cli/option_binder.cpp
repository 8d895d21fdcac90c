#include "cli/option_binder.h"

namespace facedeblur {

CLI::Validator NumberBetween(double low, double high) {
  const auto check = [low, high](const std::string& text) -> std::string {
    double value = 0;
    const bool number = CLI::detail::lexical_cast(text, value);
    if (number && value >= low && value <= high) return "";
    return fmt::format("{} is not a number from {} to {}", text, low, high);
  };
  return {check, fmt::format("[{} - {}]", low, high)};
}

std::string OptionList::ToString() const {
  std::string text;
  for (const Option& option : options_) {
    text += (text.empty() ? "" : ", ") + option.name + " " + option.value();
  }
  return text;
}

std::string OptionList::ToConfig() const {
  std::string lines;
  for (const Option& option : options_) {
    const std::string value = option.value();
    if (option.is_text && value.empty()) continue;
    lines += option.name + "=" + (option.is_text ? "\"" + value + "\"" : value) + "\n";
  }
  return lines;
}

}  // namespace facedeblur
