#pragma once

#include <filesystem>
#include <string>

namespace facedeblur {

/// What somebody needs who starts the program for the first time: about five lines, each with its
/// end.
std::string FirstSteps();

/// What to say where there is an input and nothing says where to write: one line that tells what
/// would be done, with an example command for this very input.
std::string AskForOutput(const std::filesystem::path& input);

}  // namespace facedeblur
