#include "cli/commands.h"

int main(int argc, char** argv) { return facedeblur::RunCommandLine(argc, argv); }
