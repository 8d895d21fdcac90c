#include "cli/commands.h"

#include <cstdio>
#include <exception>
#include <string_view>

#include "cli/engine_loader.h"
#include "cli/exit_code.h"
#include "cli/help_formatter.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/text.h"

namespace facedeblur {
namespace {

struct Entry {
  std::string_view name;
  std::unique_ptr<Command> (*make)();
};

/// A command that the engine has.
template <const char* name>
std::unique_ptr<Command> MakeEngineCommand() {
  return LoadEngine().MakeCommand(name);
}

constexpr char kInfo[] = "info";
constexpr char kSynth[] = "synth";
constexpr char kTrain[] = "train";
constexpr char kEvaluate[] = "evaluate";

/// A folder that is called like a command is written ./name.
constexpr Entry kCommands[] = {
    {"restore", MakeRestoreCommand},     {"compare", MakeCompareCommand},
    {kInfo, MakeEngineCommand<kInfo>},   {kSynth, MakeEngineCommand<kSynth>},
    {kTrain, MakeEngineCommand<kTrain>}, {kEvaluate, MakeEngineCommand<kEvaluate>},
    {"shell", MakeShellCommand},
};

ParsedCommand Describe(const Entry& entry) {
  ParsedCommand parsed;
  parsed.name = entry.name;
  parsed.command = entry.make();
  const bool is_default = entry.make == MakeRestoreCommand;
  parsed.app = std::make_unique<CLI::App>(
      parsed.command->Description(),
      is_default ? "facedeblur" : "facedeblur " + std::string(entry.name));
  parsed.app->formatter(std::make_shared<HelpFormatter>(parsed.command->Usage()));
  parsed.command->Define(parsed.app.get());
  return parsed;
}

int Execute(const Entry& entry, int argc, char** argv) {
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
    for (const Entry& entry : kCommands) {
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
  for (const Entry& entry : kCommands) all.push_back(Describe(entry));
  return all;
}

}  // namespace facedeblur
