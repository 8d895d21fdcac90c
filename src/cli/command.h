#pragma once

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <memory>

namespace facedeblur {

/// A command whose options are bound to a parser.
class BoundCommand {
 public:
  virtual ~BoundCommand() = default;

  /// Does the work once `app` has parsed the command line. Returns the exit code. Throws Error.
  virtual int Run(const CLI::App& app) = 0;
};

/// Makes a command of its three parts: options (a struct with defaults and `void Validate()
/// const`), what binds them to a parser, and what does the work with them.
template <typename Options>
std::unique_ptr<BoundCommand> BindCommand(CLI::App* app, void (*bind)(CLI::App*, Options*),
                                          int (*run)(const Options&, const CLI::App&)) {
  class Command : public BoundCommand {
   public:
    Command(CLI::App* app_to_bind, void (*bind_options)(CLI::App*, Options*),
            int (*run_command)(const Options&, const CLI::App&))
        : run_(run_command) {
      bind_options(app_to_bind, &options_);
    }

    int Run(const CLI::App& parsed) override {
      options_.Validate();
      return run_(options_, parsed);
    }

   private:
    Options options_;
    int (*run_)(const Options&, const CLI::App&);
  };
  return std::make_unique<Command>(app, bind, run);
}

std::unique_ptr<BoundCommand> BindRestore(CLI::App* app);
std::unique_ptr<BoundCommand> BindCompare(CLI::App* app);
std::unique_ptr<BoundCommand> BindInfo(CLI::App* app);
std::unique_ptr<BoundCommand> BindSynth(CLI::App* app);
std::unique_ptr<BoundCommand> BindTrain(CLI::App* app);
std::unique_ptr<BoundCommand> BindTrainFinder(CLI::App* app);
std::unique_ptr<BoundCommand> BindEvaluate(CLI::App* app);
std::unique_ptr<BoundCommand> BindShell(CLI::App* app);

}  // namespace facedeblur
