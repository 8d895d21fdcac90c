#pragma once

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <memory>

namespace facedeblur {

/// One command of the program.
class Command {
 public:
  virtual ~Command() = default;

  /// What its arguments are called in the usage line.
  virtual const char* Usage() const = 0;
  virtual const char* Description() const = 0;

  /// Binds its options, which it owns, to a parser.
  virtual void Define(CLI::App* app) = 0;

  /// Does the work once `app` has parsed the command line. Returns the exit code; may throw.
  virtual int Run(const CLI::App& app) = 0;
};

std::unique_ptr<Command> MakeRestoreCommand();
std::unique_ptr<Command> MakeCompareCommand();
std::unique_ptr<Command> MakeShellCommand();

}  // namespace facedeblur
