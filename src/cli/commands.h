#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/command.h"

namespace facedeblur {

/// Runs the program: the command named by the first argument, or `restore` where it names none.
/// Returns the exit code; throws nothing.
int RunCommandLine(int argc, char** argv);

/// One command and its parser, which holds on to the command's options.
struct ParsedCommand {
  std::string name;
  std::unique_ptr<Command> command;
  std::unique_ptr<CLI::App> app;
};

/// All commands with their parsers, `restore` first: for what describes the command line.
std::vector<ParsedCommand> DescribeCommands();

}  // namespace facedeblur
