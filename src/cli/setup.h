#pragma once

#include <spdlog/fmt/fmt.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <CLI/TypeTools.hpp>
#include <CLI/Validators.hpp>
#include <string>

namespace facedeblur {

/// What the commands beside `restore` begin with: logging, and one thread for each operation of
/// OpenCV. A signal ends them at once, unless they install handlers.
void PrepareCommand();

/// `asked` where it is positive, or else one for each processor.
std::size_t ThreadCount(int asked);

/// Accepts numbers from `low` to `high`; CLI::Range lets not-a-number pass, which is neither below
/// nor above anything.
inline CLI::Validator NumberBetween(double low, double high) {
  const auto check = [low, high](const std::string& text) -> std::string {
    double value = 0;
    const bool number = CLI::detail::lexical_cast(text, value);
    if (number && value >= low && value <= high) return "";
    return fmt::format("{} is not a number from {} to {}", text, low, high);
  };
  return {check, fmt::format("[{} - {}]", low, high)};
}

/// An option with its default shown.
template <typename Value>
CLI::Option* AddOption(CLI::App* app, const char* name, Value* value, const char* description) {
  return app->add_option(name, *value, description)->capture_default_str();
}

}  // namespace facedeblur
