#include <cstdio>
#include <string>

#include "cli/command.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/shell_text.h"
#include "facedeblur/util/version.h"

namespace facedeblur {
namespace {

/// Prints what a shell or a package wants to know about the command line.
class ShellCommand : public Command {
 public:
  const char* Usage() const override { return "bash|zsh|fish|man"; }
  const char* Description() const override {
    return "Prints a completion script for a shell, or the manual page.";
  }

  void Define(CLI::App* app) override {
    app->add_option("what", what_, "bash, zsh, fish or man")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish", "man"}))
        ->type_name("WHAT");
  }

  int Run(const CLI::App& /*app*/) override {
    const auto commands = DescribeCommands();
    const std::string text = what_ == "bash"   ? BashCompletion(commands)
                             : what_ == "zsh"  ? ZshCompletion(commands)
                             : what_ == "fish" ? FishCompletion(commands)
                                               : ManualPage(commands, Version());
    std::fputs(text.c_str(), stdout);
    return kExitDone;
  }

 private:
  std::string what_;
};

}  // namespace

std::unique_ptr<Command> MakeShellCommand() { return std::make_unique<ShellCommand>(); }

}  // namespace facedeblur
