#include "cli/option_binder.h"

#include <cstdlib>
#include <istream>
#include <memory>

#include "facedeblur/util/error.h"

namespace facedeblur {
namespace {

/// CLI11 takes a section for a subcommand, and leaves it out without a word where there is none.
class FlatConfig : public CLI::ConfigBase {
 public:
  std::vector<CLI::ConfigItem> from_config(std::istream& input) const override {
    std::vector<CLI::ConfigItem> found = CLI::ConfigBase::from_config(input);
    for (const CLI::ConfigItem& item : found) {
      if (item.parents.empty()) continue;
      throw Error(ErrorKind::kUsage, item.parents.front() + ": a file of options has no sections");
    }
    return found;
  }
};

}  // namespace

CLI::Validator NumberBetween(double low, double high) {
  const auto check = [low, high](const std::string& text) -> std::string {
    char* end = nullptr;
    const double value = std::strtod(text.c_str(), &end);
    const bool number = !text.empty() && *end == '\0';
    if (number && value >= low && value <= high) return "";
    return fmt::format("{} is not a number from {} to {}", text, low, high);
  };
  return {check, fmt::format("[{} - {}]", low, high)};
}

CLI::Option* OptionBinder::AddThreads(int* threads) {
  return Add("--threads", threads, "N",
             "Threads to work with; 0: one for each processor. Results do not depend on it")
      ->check(CLI::Range(0, 4096));
}

CLI::Option* OptionBinder::AddPrecision(Precision* precision, const std::string& more_help) {
  return AddChoice("--precision", precision, PrecisionNames(), "PRECISION",
                   "Precision of convolutions: fp32; bf16, which needs AVX512-BF16 or a GPU of "
                   "compute capability 8.0; or auto: bf16 on such a GPU, the faster of the two on "
                   "such a processor, fp32 elsewhere" +
                       more_help);
}

std::string OptionList::ToString() const {
  std::string text;
  for (const Option& option : options_) {
    if (option.is_text && option.value().empty()) continue;
    text += (text.empty() ? "" : ", ") + option.name + " " + option.value();
  }
  return text;
}

std::string OptionList::ToConfig() const {
  std::string lines;
  for (const Option& option : options_) {
    const std::string value = option.value();
    if (option.is_text && value.empty()) continue;
    // CLI11 2.1 ends a value at '#' even within quotes and takes a backslash as it is, later ones
    // take it for the start of an escape: there is no way of writing these that all of them read.
    if (value.find_first_of("#\"\\\n") != std::string::npos) {
      throw Error(ErrorKind::kUsage, fmt::format("--{}: no \", #, \\ or line end may be in it: "
                                                 "config.ini could not hold it",
                                                 option.name));
    }
    lines += option.name + "=" + (option.is_text ? "\"" + value + "\"" : value) + "\n";
  }
  return lines;
}

CLI::Option* OptionBinder::AddConfig(const std::string& help) {
  app_->config_formatter(std::make_shared<FlatConfig>());
  app_->allow_config_extras(CLI::config_extras_mode::capture);
  return Finish(app_->set_config("--config", "", help), "FILE");
}

}  // namespace facedeblur
