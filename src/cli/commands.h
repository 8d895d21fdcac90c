#pragma once

namespace facedeblur {

/// Runs the program: the command named by the first argument, or `restore` where it names none.
/// Returns the exit code; throws nothing.
int RunCommandLine(int argc, char** argv);

int RunRestore(int argc, char** argv);
int RunCompare(int argc, char** argv);
int RunSynth(int argc, char** argv);
int RunTrain(int argc, char** argv);
int RunEvaluate(int argc, char** argv);

}  // namespace facedeblur
