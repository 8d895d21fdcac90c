#pragma once

#include <spdlog/fmt/fmt.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <CLI/TypeTools.hpp>
#include <CLI/Validators.hpp>
#include <filesystem>
#include <functional>
#include <sstream>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "cli/choices.h"
#include "cli/option_types.h"

namespace facedeblur {

/// Accepts numbers from `low` to `high`. CLI::Range lets not-a-number pass, which is neither below
/// nor above anything.
CLI::Validator NumberBetween(double low, double high);

/// Options by name with the values that their fields have when they are asked for.
class OptionList {
 public:
  using Value = std::function<std::string()>;

  /// A number, a flag, or a word.
  void Add(const std::string& name, Value value) {
    options_.push_back({name, std::move(value), false});
  }
  /// A text that may hold anything.
  void AddText(const std::string& name, Value value) {
    options_.push_back({name, std::move(value), true});
  }

  /// "strength 0.5, max-faces 0, ...", for reports.
  std::string ToString() const;

  /// Lines "name=value" as --config reads them. Empty texts are left out. Throws Error(kUsage) for
  /// a text that cannot be written so.
  std::string ToConfig() const;

 private:
  struct Option {
    std::string name;
    Value value;
    bool is_text;
  };
  std::vector<Option> options_;
};

/// Binds a command's options to the typed fields of its struct. The help shows each field's
/// default.
class OptionBinder {
 public:
  explicit OptionBinder(CLI::App* app) : app_(app) {}

  /// The heading of what is bound from now on.
  void Group(const std::string& name) { group_ = name; }

  /// Lists what is bound from now on; null: nowhere.
  void ListIn(OptionList* list) { list_ = list; }

  template <typename Value>
  CLI::Option* Add(const std::string& name, Value* value, const char* type,
                   const std::string& help) {
    List(name, [value] { return fmt::format("{}", *value); });
    return Finish(app_->add_option(name, *value, help)->capture_default_str(), type);
  }

  /// A path or a list of them; an empty default is not shown.
  template <typename Path>
  CLI::Option* AddPath(const std::string& name, Path* path, const char* type,
                       const std::string& help) {
    if constexpr (std::is_same_v<Path, std::filesystem::path>) {
      ListText(name, [path] { return path->string(); });
    }
    return Finish(app_->add_option(name, *path, help), type);
  }

  /// A type with operators << and >> of its own (option_types.h).
  template <typename Value>
  CLI::Option* AddText(const std::string& name, Value* value, const char* type,
                       const std::string& help) {
    ListText(name, [value] {
      std::ostringstream text;
      text << *value;
      return text.str();
    });
    return Finish(app_->add_option(name, *value, help)->capture_default_str(), type);
  }

  /// --config, a file with options. What is in it and no option is left among the rest, for whoever
  /// parses the command line to refuse.
  CLI::Option* AddConfig(const std::string& help);

  CLI::Option* AddFlag(const std::string& name, bool* value, const std::string& help) {
    List(name, [value] { return *value ? "true" : "false"; });
    return Finish(app_->add_flag(name, *value, help), "");
  }

  /// A value of any type by one of the words for it, in upper or lower case.
  template <typename Value>
  CLI::Option* AddChoice(const std::string& name, Value* value, const Choices<Value>& choices,
                         const char* type, const std::string& help) {
    List(name, [value, choices] { return WordFor(*value, choices); });
    std::vector<std::string> words;
    for (const auto& choice : choices) words.push_back(choice.first);
    const auto choose = [value, choices](const std::string& word) {
      for (const auto& choice : choices) {
        if (choice.first == word) *value = choice.second;
      }
    };
    return Finish(app_->add_option_function<std::string>(name, choose, help)
                      ->transform(CLI::IsMember(words, CLI::ignore_case))
                      ->default_str(WordFor(*value, choices)),
                  type);
  }

  /// Options that several commands have.
  CLI::Option* AddThreads(int* threads);
  CLI::Option* AddPrecision(Precision* precision, const std::string& more_help = "");

 private:
  CLI::Option* Finish(CLI::Option* option, const char* type) const {
    if (*type != '\0') option->type_name(type);
    if (!group_.empty()) option->group(group_);
    return option;
  }

  /// Positional arguments are not listed: --config does not read them.
  void List(const std::string& name, OptionList::Value value) {
    if (list_ != nullptr && IsNamed(name)) list_->Add(LongName(name), std::move(value));
  }
  void ListText(const std::string& name, OptionList::Value value) {
    if (list_ != nullptr && IsNamed(name)) list_->AddText(LongName(name), std::move(value));
  }

  static bool IsNamed(const std::string& name) { return name.find("--") != std::string::npos; }
  /// "weights" of "-w,--weights".
  static std::string LongName(const std::string& name) { return name.substr(name.find("--") + 2); }

  CLI::App* app_;
  std::string group_;
  OptionList* list_ = nullptr;
};

}  // namespace facedeblur
