#include <cstdio>
#include <filesystem>
#include <string>

#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/option_binder.h"
#include "cli/run_setup.h"
#include "facedeblur/backend/weights_info.h"
#include "facedeblur/util/json.h"
#include "facedeblur/util/model_path.h"
#include "facedeblur/util/text.h"

namespace facedeblur {
namespace {

struct InfoOptions {
  std::filesystem::path weights;
  std::filesystem::path models;
  DeviceRequest device = ParseDevice("cpu");
  bool json = false;

  void Validate() const {}  // the parser checks it all
};

std::string ToJson(const std::string& file, const WeightsInfo& info) {
  Json json;
  json["file"] = file;
  json["kind"] = info.kind;
  json["network"] = info.network;
  json["parameters"] = info.parameters;
  json["channels"] = info.channels;
  json["range"] = info.range;
  json["chip_size"] = info.chip_size;
  json["bytes"] = info.bytes;
  json["sha256"] = info.sha256;
  json["training"] = info.training;
  json["license"] = info.license;
  json["self_test"] = info.self_test;
  return ToJsonLine(json);
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

void Bind(CLI::App* app, InfoOptions* options) {
  OptionBinder binder(app);
  binder.AddPath("weights", &options->weights, "WEIGHTS", "Weights [the default ones]");
  binder.AddPath("--models", &options->models, "DIR", "Folder with models");
  binder.AddText("--device", &options->device, "TEXT",
                 "Where the self-test runs: auto, cpu, cuda:N");
  binder.AddFlag("--json", &options->json, "One JSON object instead of text");
}

int RunInfo(const InfoOptions& options, const CLI::App& /*app*/) {
  PrepareCommand();
  const auto weights =
      options.weights.empty() ? FindModel(kDefaultWeights, options.models) : options.weights;
  const Compute compute = OpenCompute(options.device, Precision::kFloat32);
  TellDevice(compute);
  const WeightsInfo info = compute.backend->DescribeWeights(weights, compute.device);
  const std::string text =
      options.json ? ToJson(weights.string(), info) + "\n" : ToText(weights.string(), info);
  std::fputs(text.c_str(), stdout);
  return info.self_test_failed ? kExitModel : kExitDone;
}

}  // namespace

std::unique_ptr<BoundCommand> BindInfo(CLI::App* app) {
  return BindCommand<InfoOptions>(app, Bind, RunInfo);
}

}  // namespace facedeblur
