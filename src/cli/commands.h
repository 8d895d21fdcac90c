#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "cli/command.h"

namespace facedeblur {

/// One row of the table of commands.
struct CommandEntry {
  std::string_view name;
  const char* usage;        ///< what its arguments are called in the usage line
  const char* description;  ///< one line
  std::unique_ptr<BoundCommand> (*bind)(CLI::App* app);
};

/// Runs the program: the command named by the first argument, or `restore` where it names none.
/// Returns the exit code; throws nothing.
int RunCommandLine(int argc, char** argv);

/// A command with its parser, which holds on to the command's options.
struct ParsedCommand {
  const CommandEntry* entry = nullptr;
  std::unique_ptr<CLI::App> app;
  std::unique_ptr<BoundCommand> command;
};

/// All commands with their parsers, `restore` first: for what describes the command line.
std::vector<ParsedCommand> DescribeCommands();

}  // namespace facedeblur
