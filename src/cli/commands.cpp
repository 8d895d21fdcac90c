#include "cli/commands.h"

#include <cstdio>
#include <exception>
#include <string_view>

#include "cli/exit_code.h"
#include "cli/logging.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/text.h"

namespace facedeblur {
namespace {

struct Command {
  std::string_view name;
  int (*run)(int argc, char** argv);
};

/// A folder that is called like a command is written ./name.
constexpr Command kCommands[] = {
    {"restore", RunRestore}, {"compare", RunCompare},   {"synth", RunSynth},
    {"train", RunTrain},     {"evaluate", RunEvaluate},
};

int Dispatch(int argc, char** argv) {
  if (argc > 1) {
    for (const Command& command : kCommands) {
      if (command.name == argv[1]) return command.run(argc - 1, argv + 1);
    }
  }
  return RunRestore(argc, argv);
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

}  // namespace facedeblur
