#include "cli/shell_text.h"

#include <sstream>

namespace facedeblur {
namespace {

/// One option as the shells need it.
struct ShellOption {
  std::vector<std::string> short_names;  ///< without dashes
  std::vector<std::string> long_names;
  bool takes_value = false;
  std::vector<std::string> choices;  ///< the only values, where there are only some
  std::string type;
  std::string description;
  std::string fallback;
};

/// What a membership check allows: CLI11 tells it in the type's name, "NAME:{a,b,c}".
std::vector<std::string> ParseChoices(const std::string& type) {
  const std::size_t open = type.find(":{");
  if (open == std::string::npos) return {};
  std::istringstream list(type.substr(open + 2, type.find('}', open) - open - 2));
  std::vector<std::string> choices;
  for (std::string choice; std::getline(list, choice, ',');) choices.push_back(choice);
  return choices;
}

std::vector<ShellOption> OptionsOf(const CLI::App& app) {
  std::vector<ShellOption> options;
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional()) continue;
    ShellOption o;
    o.short_names = option->get_snames();
    o.long_names = option->get_lnames();
    o.takes_value = option->get_items_expected_max() > 0;
    const std::string type = option->get_type_name();
    o.choices = ParseChoices(type);
    o.type = type.substr(0, type.find(':'));
    o.description = option->get_description();
    o.fallback = option->get_default_str();
    options.push_back(o);
  }
  return options;
}

std::string Join(const std::vector<std::string>& words, const std::string& between) {
  std::string joined;
  for (const std::string& word : words) joined += (joined.empty() ? "" : between) + word;
  return joined;
}

std::string Name(const ParsedCommand& command) { return std::string(command.entry->name); }

/// The command that runs where none is named.
const ParsedCommand& Default(const std::vector<ParsedCommand>& commands) {
  return commands.front();
}

std::vector<std::string> Dashed(const ShellOption& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.short_names) names.push_back("-" + name);
  for (const std::string& name : option.long_names) names.push_back("--" + name);
  return names;
}

/// Replaces every occurrence.
std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

std::string InSingleQuotes(const std::string& text) {
  return "'" + Replaced(text, "'", "'\\''") + "'";
}

/// Text that roff takes literally.
std::string Roff(const std::string& text) {
  std::string safe = Replaced(Replaced(text, "\\", "\\e"), "-", "\\-");
  if (!safe.empty() && (safe[0] == '.' || safe[0] == '\'')) safe = "\\&" + safe;
  return Replaced(safe, "\n.", "\n\\&.");
}

}  // namespace

std::string BashCompletion(const std::vector<ParsedCommand>& commands) {
  std::string names;
  std::string cases;
  std::string values;
  for (const ParsedCommand& command : commands) {
    names += (names.empty() ? "" : " ") + Name(command);
    std::vector<std::string> flags;
    for (const ShellOption& option : OptionsOf(*command.app)) {
      for (const std::string& name : Dashed(option)) {
        flags.push_back(name);
        if (option.choices.empty()) continue;
        values += "    " + Name(command) + "," + name + ") choices='" + Join(option.choices, " ") +
                  "' ;;\n";
      }
    }
    cases += "    " + Name(command) + ") flags='" + Join(flags, " ") + "' ;;\n";
  }
  return "# bash completion for facedeblur\n"
         "_facedeblur() {\n"
         "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
         "  local command=" +
         Name(Default(commands)) +
         " flags= choices=\n"
         "  local names='" +
         names +
         "'\n"
         "  if [[ $COMP_CWORD -gt 1 && \" $names \" == *\" ${COMP_WORDS[1]} \"* ]]; then\n"
         "    command=${COMP_WORDS[1]}\n"
         "  fi\n"
         "  case $command in\n" +
         cases +
         "  esac\n"
         "  case $command,$prev in\n" +
         values +
         "  esac\n"
         "  if [[ -n $choices ]]; then\n"
         "    COMPREPLY=($(compgen -W \"$choices\" -- \"$cur\"))\n"
         "  elif [[ $cur == -* ]]; then\n"
         "    COMPREPLY=($(compgen -W \"$flags\" -- \"$cur\"))\n"
         "  elif [[ $COMP_CWORD -eq 1 ]]; then\n"
         "    COMPREPLY=($(compgen -W \"$names\" -- \"$cur\") $(compgen -f -- \"$cur\"))\n"
         "  else\n"
         "    COMPREPLY=($(compgen -f -- \"$cur\"))\n"
         "  fi\n"
         "}\n"
         "complete -o filenames -F _facedeblur facedeblur\n";
}

std::string ZshCompletion(const std::vector<ParsedCommand>& commands) {
  std::string text =
      "#compdef facedeblur\n"
      "# zsh completion for facedeblur\n"
      "_facedeblur() {\n"
      "  local -a names\n"
      "  names=(";
  for (const ParsedCommand& command : commands) {
    text += "\n    " + InSingleQuotes(Name(command) + ":" + command.entry->description);
  }
  text +=
      ")\n"
      "  local command=" +
      Name(Default(commands)) +
      "\n"
      "  if (( CURRENT > 2 )) && [[ -n ${(M)names:#${words[2]}:*} ]]; then\n"
      "    command=${words[2]}\n"
      "    shift words; (( CURRENT-- ))\n"
      "  elif (( CURRENT == 2 )) && [[ $PREFIX != -* ]]; then\n"
      "    _describe command names\n"
      "  fi\n"
      "  case $command in\n";
  for (const ParsedCommand& command : commands) {
    text += "    " + Name(command) + ")\n      _arguments -s";
    for (const ShellOption& option : OptionsOf(*command.app)) {
      const std::string description = Replaced(Replaced(option.description, "[", "("), "]", ")");
      std::string action;
      if (option.takes_value) {
        action = ":" + option.type + ":" +
                 (option.choices.empty() ? "_files" : "(" + Join(option.choices, " ") + ")");
      }
      for (const std::string& name : Dashed(option)) {
        const std::string spec = "[" + Replaced(description, ":", "\\:") + "]" + action;
        text += " \\\n        " + InSingleQuotes(name + spec);
      }
    }
    text += " \\\n        '*:file:_files'\n      ;;\n";
  }
  return text + "  esac\n}\n_facedeblur \"$@\"\n";
}

std::string FishCompletion(const std::vector<ParsedCommand>& commands) {
  std::string names;
  for (const ParsedCommand& command : commands) names += " " + Name(command);
  std::string text = "# fish completion for facedeblur\n";
  for (const ParsedCommand& command : commands) {
    text += "complete -c facedeblur -n __fish_use_subcommand -a " + Name(command) + " -d " +
            InSingleQuotes(command.entry->description) + "\n";
  }
  for (const ParsedCommand& command : commands) {
    const std::string condition = &command == &Default(commands)
                                      ? "not __fish_seen_subcommand_from" + names
                                      : "__fish_seen_subcommand_from " + Name(command);
    for (const ShellOption& option : OptionsOf(*command.app)) {
      text += "complete -c facedeblur -n " + InSingleQuotes(condition);
      for (const std::string& name : option.short_names) text += " -s " + name;
      for (const std::string& name : option.long_names) text += " -l " + name;
      if (!option.choices.empty()) {
        text += " -x -a " + InSingleQuotes(Join(option.choices, " "));
      } else if (option.takes_value) {
        text += " -r";
      }
      text += " -d " + InSingleQuotes(option.description) + "\n";
    }
  }
  return text;
}

constexpr char kEnvironment[] =
    ".SH ENVIRONMENT\n.TP\nFACEDEBLUR_MODELS\nThe folder with models where --models names none, "
    "instead of those beside the program.\n";

std::string ManualPage(const std::vector<ParsedCommand>& commands, const std::string& version) {
  std::string text = ".TH FACEDEBLUR 1 \"\" \"facedeblur " + version +
                     "\" \"User Commands\"\n.SH NAME\nfacedeblur \\- make blurred faces in photos "
                     "sharp again\n.SH SYNOPSIS\n";
  for (const ParsedCommand& command : commands) {
    const std::string name = &command == &Default(commands) ? "" : " " + Name(command);
    text +=
        ".B facedeblur" + name + "\n[\\fIoptions\\fR] " + Roff(command.entry->usage) + "\n.br\n";
  }
  for (const ParsedCommand& command : commands) {
    text += ".SH COMMAND " + Name(command) + "\n" + Roff(command.entry->description) + "\n";
    for (const ShellOption& option : OptionsOf(*command.app)) {
      text += ".TP\n\\fB" + Roff(Join(Dashed(option), ", ")) + "\\fR";
      if (option.takes_value) text += " \\fI" + Roff(option.type) + "\\fR";
      text += "\n" + Roff(option.description) +
              (option.fallback.empty() ? "" : " [" + Roff(option.fallback) + "]") + "\n";
    }
    const std::string footer = command.app->get_footer();
    if (!footer.empty()) text += ".PP\n" + Roff(Replaced(footer, "\n\n", "\n")) + "\n";
  }
  return text + kEnvironment;
}

}  // namespace facedeblur
