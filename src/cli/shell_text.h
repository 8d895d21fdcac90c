#pragma once

#include <string>
#include <vector>

#include "cli/commands.h"

namespace facedeblur {

/// Completion scripts and the manual page, made from the commands' parsers so that they never tell
/// anything else than --help. The first command is what runs where none is named.
std::string BashCompletion(const std::vector<ParsedCommand>& commands);
std::string ZshCompletion(const std::vector<ParsedCommand>& commands);
std::string FishCompletion(const std::vector<ParsedCommand>& commands);

/// A page for man(1), in roff.
std::string ManualPage(const std::vector<ParsedCommand>& commands, const std::string& version);

}  // namespace facedeblur
