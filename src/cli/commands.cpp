#include "cli/commands.h"

#include <cstdio>
#include <exception>
#include <string>

#include "cli/exit_code.h"
#include "cli/help_formatter.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/text.h"

namespace facedeblur {
namespace {

/// The first one is what runs where no command is named. (A folder called like a command is written
/// ./name.)
constexpr CommandEntry kCommands[] = {
    {"restore", "INPUT... OUTPUT", "Makes blurred faces in photos sharp again.", BindRestore},
    {"compare", "OUT REF", "Checks images against references, by relative path.", BindCompare},
    {"info", "[WEIGHTS]", "Tells what a weights file is and runs its self-test.", BindInfo},
    {"synth", "SHARP OUT",
     "Makes blurred images of sharp ones, with their kernels: pairs to train on or to score "
     "with.",
     BindSynth},
    {"train", "FOLDER... --output DIR", "Trains a network on folders of sharp faces.", BindTrain},
    {"evaluate", "FOLDER...",
     "Scores weights on sharp faces that are blurred by a protocol, or on pairs.", BindEvaluate},
    {"shell", "bash|zsh|fish|man", "Prints a completion script for a shell, or the manual page.",
     BindShell},
};

/// What the help of the first command says of the others.
std::string OtherCommands() {
  std::string names;
  for (const CommandEntry& entry : kCommands) {
    if (&entry == &kCommands[0]) continue;
    names += (names.empty() ? "" : ", ") + std::string(entry.name);
  }
  return "\nOther commands: " + names + " (each has a --help of its own).\n";
}

ParsedCommand Describe(const CommandEntry& entry) {
  const bool is_default = &entry == &kCommands[0];
  ParsedCommand parsed;
  parsed.entry = &entry;
  parsed.app = std::make_unique<CLI::App>(
      entry.description, is_default ? "facedeblur" : "facedeblur " + std::string(entry.name));
  parsed.app->formatter(std::make_shared<HelpFormatter>(entry.usage));
  parsed.command = entry.bind(parsed.app.get());
  if (is_default) parsed.app->footer(OtherCommands() + parsed.app->get_footer());
  return parsed;
}

int Execute(const CommandEntry& entry, int argc, char** argv) {
  const ParsedCommand parsed = Describe(entry);
  try {
    parsed.app->parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return parsed.app->exit(error) == 0 ? kExitDone : kExitUsage;
  }
  return parsed.command->Run(*parsed.app);
}

int Dispatch(int argc, char** argv) {
  if (argc > 1) {
    for (const CommandEntry& entry : kCommands) {
      if (entry.name == argv[1]) return Execute(entry, argc - 1, argv + 1);
    }
  }
  return Execute(kCommands[0], argc, argv);
}

}  // namespace

int RunCommandLine(int argc, char** argv) {
  try {
    return Dispatch(argc, argv);
  } catch (const Error& error) {
    std::fprintf(stderr, "facedeblur: %s\n", Printable(error.what()).c_str());
    return ExitCodeFor(error.kind());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "facedeblur: %s\n", Printable(DescribeException(error)).c_str());
    return kExitSomeFailed;
  }
}

std::vector<ParsedCommand> DescribeCommands() {
  std::vector<ParsedCommand> all;
  for (const CommandEntry& entry : kCommands) all.push_back(Describe(entry));
  return all;
}

}  // namespace facedeblur
