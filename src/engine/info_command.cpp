#include <cstdio>
#include <filesystem>
#include <string>

#include "cli/exit_code.h"
#include "engine/commands.h"
#include "engine/setup.h"
#include "facedeblur/infer/weights_info.h"
#include "facedeblur/util/json.h"
#include "facedeblur/util/model_path.h"
#include "facedeblur/util/text.h"

namespace facedeblur {
namespace {

struct InfoOptions {
  std::filesystem::path weights;
  std::filesystem::path models;
  std::string device = "cpu";
  bool json = false;
};

std::string ToJson(const std::string& file, const WeightsInfo& info) {
  return JsonObject()
      .Add("file", file)
      .Add("kind", info.kind)
      .Add("network", info.network)
      .Add("parameters", info.parameters)
      .Add("channels", info.channels)
      .Add("range", info.range)
      .Add("chip_size", info.chip_size)
      .Add("bytes", info.bytes)
      .Add("sha256", info.sha256)
      .Add("training", info.training)
      .Add("license", info.license)
      .Add("self_test", info.self_test)
      .ToString();
}

std::string ToText(const std::string& file, const WeightsInfo& info) {
  std::string text;
  const auto add = [&text](const std::string& name, const std::string& value) {
    if (!value.empty()) text += name + std::string(12 - name.size(), ' ') + Printable(value) + "\n";
  };
  add("file", file);
  add("kind", info.kind);
  add("network", info.network);
  add("parameters", std::to_string(info.parameters));
  add("input", info.channels + ", 0 to " + std::to_string(static_cast<int>(info.range)) +
                   ", chips for " + std::to_string(info.chip_size) + " pixels");
  add("bytes", std::to_string(info.bytes));
  add("sha256", info.sha256);
  add("training", info.training);
  add("license", info.license);
  add("self-test", info.self_test);
  return text;
}

class InfoCommand : public Command {
 public:
  const char* Usage() const override { return "[WEIGHTS]"; }
  const char* Description() const override {
    return "Tells what a weights file is and runs its self-test.";
  }

  void Define(CLI::App* app) override {
    app->add_option("weights", options_.weights, "Weights [the default ones]")
        ->type_name("WEIGHTS");
    app->add_option("--models", options_.models, "Folder with models")->type_name("DIR");
    AddOption(app, "--device", &options_.device, "Where the self-test runs: auto, cpu, cuda:N");
    app->add_flag("--json", options_.json, "One JSON object instead of text");
  }

  int Run(const CLI::App& /*app*/) override {
    PrepareCommand();
    const auto weights =
        options_.weights.empty() ? FindModel(kDefaultWeights, options_.models) : options_.weights;
    const WeightsInfo info = InspectWeights(weights, ChooseDevice(options_.device));
    const std::string text =
        options_.json ? ToJson(weights.string(), info) + "\n" : ToText(weights.string(), info);
    std::fputs(text.c_str(), stdout);
    return info.self_test.rfind("FAILED", 0) == 0 ? kExitModel : kExitDone;
  }

 private:
  InfoOptions options_;
};

}  // namespace

std::unique_ptr<Command> MakeInfoCommand() { return std::make_unique<InfoCommand>(); }

}  // namespace facedeblur
