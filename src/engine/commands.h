#pragma once

#include <memory>

#include "cli/command.h"

namespace facedeblur {

std::unique_ptr<Command> MakeInfoCommand();
std::unique_ptr<Command> MakeSynthCommand();
std::unique_ptr<Command> MakeTrainCommand();
std::unique_ptr<Command> MakeEvaluateCommand();

}  // namespace facedeblur
