#include "cli/help_formatter.h"

#include <sstream>
#include <utility>

namespace facedeblur {
namespace {

constexpr std::size_t kOptionColumn = 30;
constexpr std::size_t kDescriptionWidth = 68;

std::string Wrap(const std::string& text) {
  std::istringstream words(text);
  std::string wrapped;
  std::size_t column = 0;
  for (std::string word; words >> word; column += word.size() + 1) {
    if (column + word.size() > kDescriptionWidth) {
      wrapped += '\n';
      column = 0;
    } else if (!wrapped.empty()) {
      wrapped += ' ';
    }
    wrapped += word;
  }
  return wrapped;
}

}  // namespace

HelpFormatter::HelpFormatter(std::string usage_arguments)
    : usage_arguments_(std::move(usage_arguments)) {
  column_width(kOptionColumn);
}

std::string HelpFormatter::make_usage(const CLI::App* /*app*/, std::string name) const {
  return "\nUsage: " + name + " [OPTIONS] " + usage_arguments_ + "\n";
}

std::string HelpFormatter::make_option_opts(const CLI::Option* option) const {
  if (option->get_type_size() == 0) return "";  // a flag
  const std::string type = option->get_type_name();
  return " " + type.substr(0, type.find(':'));  // what follows are the validators' own words
}

std::string HelpFormatter::make_option_desc(const CLI::Option* option) const {
  const std::string fallback = option->get_default_str();
  return Wrap(option->get_description() + (fallback.empty() ? "" : " [" + fallback + "]"));
}

}  // namespace facedeblur
