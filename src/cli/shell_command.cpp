#include <cstdio>
#include <string>

#include "cli/command.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/option_binder.h"
#include "cli/shell_text.h"
#include "facedeblur/util/version.h"

namespace facedeblur {
namespace {

enum class ShellText { kBash, kZsh, kFish, kManual };

const Choices<ShellText> kShellTexts = {{"bash", ShellText::kBash},
                                        {"zsh", ShellText::kZsh},
                                        {"fish", ShellText::kFish},
                                        {"man", ShellText::kManual}};

struct ShellOptions {
  ShellText what = ShellText::kBash;

  void Validate() const {}  // the parser checks it all
};

void Bind(CLI::App* app, ShellOptions* options) {
  OptionBinder(app)
      .AddChoice("what", &options->what, kShellTexts, "WHAT", JoinedWords(kShellTexts))
      ->required()
      ->default_str("");
}

std::string Describe(ShellText what) {
  const auto commands = DescribeCommands();
  switch (what) {
    case ShellText::kBash:
      return BashCompletion(commands);
    case ShellText::kZsh:
      return ZshCompletion(commands);
    case ShellText::kFish:
      return FishCompletion(commands);
    case ShellText::kManual:
      return ManualPage(commands, Version());
  }
  return "";
}

int RunShell(const ShellOptions& options, const CLI::App& /*app*/) {
  std::fputs(Describe(options.what).c_str(), stdout);
  return kExitDone;
}

}  // namespace

std::unique_ptr<BoundCommand> BindShell(CLI::App* app) {
  return BindCommand<ShellOptions>(app, Bind, RunShell);
}

}  // namespace facedeblur
