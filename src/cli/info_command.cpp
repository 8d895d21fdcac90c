#include <spdlog/spdlog.h>

#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/finder_info.h"
#include "cli/option_binder.h"
#include "cli/run_setup.h"
#include "facedeblur/backend/weights_info.h"
#include "facedeblur/face/finder_file.h"
#include "facedeblur/util/error.h"
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
  json["training"] = info.notes.training;
  json["license"] = info.notes.license;
  json["figures"] = info.notes.figures;
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
  if (info.chip_size > 0) {
    add("input", info.channels + ", 0 to " + std::to_string(static_cast<int>(info.range)) +
                     ", chips for " + std::to_string(info.chip_size) + " pixels");
  }
  add("bytes", std::to_string(info.bytes));
  add("sha256", info.sha256);
  add("figures", info.notes.figures);
  add("training", info.notes.training);
  add("license", info.notes.license);
  add("self-test", info.self_test);
  return text;
}

void Bind(CLI::App* app, InfoOptions* options) {
  OptionBinder binder(app);
  binder.AddPath("weights", &options->weights, "WEIGHTS",
                 "Weights, or a face_finder.dat; a bare name is looked for here and in the model "
                 "folder [all that are there]");
  binder.AddPath("--models", &options->models, "DIR", "Folder with models");
  binder.AddText("--device", &options->device, "TEXT",
                 "Where the self-test runs: auto, cpu, cuda:N");
  binder.AddFlag("--json", &options->json, "One JSON object for each file instead of text");
}

std::vector<std::filesystem::path> FilesToDescribe(const InfoOptions& options) {
  if (!options.weights.empty()) return {FindWeights(options.weights, options.models)};
  std::vector<std::filesystem::path> files = ListWeights(options.models);
  if (files.empty()) files = {FindModel(kDefaultWeights, options.models)};  // says where it looked
  const std::filesystem::path finder = FindOptionalModel(kFinderFile, options.models);
  if (!finder.empty()) files.push_back(finder);
  return files;
}

/// False where the file is of no use.
bool Describe(const std::filesystem::path& file, const Compute& compute, bool json) {
  WeightsInfo info;
  try {
    info = IsFinderName(file) ? DescribeFinder(file)
                              : compute.backend->DescribeWeights(file, compute.device);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kModel) throw;
    spdlog::error("{}", Printable(error.what()));
    return false;
  }
  const std::string name = file.string();
  std::fputs((json ? ToJson(name, info) + "\n" : ToText(name, info)).c_str(), stdout);
  return !info.self_test_failed;
}

int RunInfo(const InfoOptions& options, const CLI::App& /*app*/) {
  PrepareCommand();
  const std::vector<std::filesystem::path> files = FilesToDescribe(options);
  const Compute compute = OpenCompute(options.device, Precision::kFloat32);
  TellDevice(compute);
  bool usable = true;
  for (const std::filesystem::path& file : files) {
    if (!options.json && file != files.front()) std::fputs("\n", stdout);
    usable = Describe(file, compute, options.json) && usable;
  }
  return usable ? kExitDone : kExitModel;
}

}  // namespace

std::unique_ptr<BoundCommand> BindInfo(CLI::App* app) {
  return BindCommand<InfoOptions>(app, Bind, RunInfo);
}

}  // namespace facedeblur
