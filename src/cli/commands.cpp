#include "cli/commands.h"

#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>
#include <system_error>

#include "cli/exit_code.h"
#include "cli/first_steps.h"
#include "cli/help_formatter.h"
#include "cli/suggestion.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/text.h"

namespace facedeblur {
namespace {

/// The first one is what runs where no command is named. (A folder called like a command is written
/// ./name.)
constexpr CommandEntry kCommands[] = {
    {"restore", "INPUT... OUTPUT", "Makes blurred faces in photos sharp again.", BindRestore},
    {"compare", "OUT REF", "Checks images against references, by relative path.", BindCompare},
    {"info", "[WEIGHTS]", "Tells what weights files are and runs their self-tests.", BindInfo},
    {"synth", "SHARP OUT",
     "Makes blurred images of sharp ones, with their kernels: pairs to train on or to score "
     "with.",
     BindSynth},
    {"train", "FOLDER... --output DIR", "Trains a network on folders of sharp faces.", BindTrain},
    {"train-finder", "FOLDER... --output DIR|--windows DIR",
     "Trains the search for faces on blurred copies of sharp photos.", BindTrainFinder},
    {"evaluate", "FOLDER...",
     "Scores weights on sharp faces that are blurred by a protocol, or on pairs; or the search for "
     "faces.",
     BindEvaluate},
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

/// "" or what to add to an error: "; did you mean --strength?".
std::string DidYouMean(const std::string& typed, const std::vector<std::string>& words) {
  const std::string nearest = NearestWord(typed, words);
  return nearest.empty() ? "" : "; did you mean " + nearest + "?";
}

/// Throws Error(kUsage) for what the parser could not place: an option that does not exist, or one
/// in the file of --config. It knows more than "not expected". Further arguments that are merely
/// too many are left to the parser.
void RefuseUnknownOptions(const CLI::App& app) {
  std::vector<std::string> on_command_line;
  std::vector<std::string> in_file;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      on_command_line.push_back("--" + name);
      in_file.push_back(name);
    }
  }
  const bool from_file = app.get_config_ptr() != nullptr && app.get_config_ptr()->count() > 0;
  for (const std::string& rest : app.remaining()) {
    const std::string name = rest.substr(0, rest.find('='));
    if (name.size() > 1 && name[0] == '-') {
      throw Error(ErrorKind::kUsage, name + ": no such option" + DidYouMean(name, on_command_line) +
                                         " (" + app.get_name() + " --help lists them all)");
    }
    if (from_file) {
      throw Error(ErrorKind::kUsage, app.get_config_ptr()->as<std::string>() + ": " + name +
                                         ": no such option" + DidYouMean(name, in_file));
    }
  }
}

/// Throws Error(kUsage) for a first argument that is neither a file nor an option, and nearly a
/// command.
void RefuseMisspelledCommand(const std::string& word) {
  std::error_code error;
  if (word.find_first_of("-./") != std::string::npos || std::filesystem::exists(word, error))
    return;
  std::vector<std::string> names;
  for (const CommandEntry& entry : kCommands) names.emplace_back(entry.name);
  const std::string hint = DidYouMean(word, names);
  if (!hint.empty()) throw Error(ErrorKind::kUsage, word + ": no such file or command" + hint);
}

int Execute(const CommandEntry& entry, int argc, char** argv) {
  const ParsedCommand parsed = Describe(entry);
  try {
    parsed.app->parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0) RefuseUnknownOptions(*parsed.app);
    return parsed.app->exit(error) == 0 ? kExitDone : kExitUsage;
  }
  return parsed.command->Run(*parsed.app);
}

int Dispatch(int argc, char** argv) {
  // Help on standard output, and an exit code that keeps scripts from taking it for success, as
  // git does.
  if (argc <= 1) {
    std::fputs(FirstSteps().c_str(), stdout);
    return kExitUsage;
  }
  for (const CommandEntry& entry : kCommands) {
    if (entry.name == argv[1]) return Execute(entry, argc - 1, argv + 1);
  }
  RefuseMisspelledCommand(argv[1]);
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
