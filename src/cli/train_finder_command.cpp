#include <spdlog/spdlog.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/option_binder.h"
#include "cli/pair_option_binding.h"
#include "cli/run_setup.h"
#include "facedeblur/finder/train_finder.h"
#include "facedeblur/finder/window_folder.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/interrupt.h"
#include "facedeblur/util/task_pool.h"
#include "facedeblur/util/text.h"

namespace facedeblur {
namespace {

struct TrainFinderOptions {
  std::filesystem::path output;
  std::filesystem::path windows;
  std::filesystem::path models;
  FinderTrainingOptions training;
  std::vector<std::filesystem::path> landmarks;
  std::filesystem::path keep;
  std::string training_note;
  std::string license_note;
  std::string figures_note;
  int threads = 0;
  bool overwrite = false;

  std::filesystem::path File() const { return output / kFinderFile; }

  void Validate() const {
    training.pairs.Validate();
    if (training.smallest_face > training.largest_face) {
      throw Error(ErrorKind::kUsage, "--smallest-face is larger than --largest-face");
    }
    if (output.empty() == windows.empty()) {
      throw Error(ErrorKind::kUsage, "give either --output or --windows");
    }
    if (!windows.empty() && keep.empty()) {
      throw Error(ErrorKind::kUsage, "--windows needs --keep: it writes what that search doubts");
    }
    std::error_code error;
    if (windows.empty() && !overwrite && std::filesystem::exists(File(), error)) {
      throw Error(ErrorKind::kOutput, File().string() + " exists (use --overwrite)");
    }
  }
};

void Bind(CLI::App* app, TrainFinderOptions* options) {
  FinderTrainingOptions& t = options->training;
  OptionBinder binder(app);
  binder.AddPath("folders", &t.folders, "FOLDER", "Folders with sharp photos of faces")->required();
  binder.AddPath("-o,--output", &options->output, "DIR",
                 "Folder for face_finder.dat; put it beside the other models to use it");
  binder.AddPath(
      "--windows", &options->windows, "DIR",
      "Train nothing: write the windows that the search of --keep is in doubt about, and with "
      "--landmarks where it would look again, for train --windows");
  binder.AddFlag("--overwrite", &options->overwrite, "Replace the file where it exists");
  binder.AddPath("--landmarks", &options->landmarks, "FILE",
                 "Weights of face-landmarks-2, which read the landmarks, or a face_finder.dat that "
                 "has them; several are used in turn, each with the face upright as the one before "
                 "sees it");
  binder.AddPath(
      "--keep", &options->keep, "FILE",
      "A face_finder.dat whose sub-detector is kept; then the landmarks and the odds are new");
  binder.Add("--photos", &t.photos, "INT", "Photos to use, at most")
      ->check(CLI::Range(16, 1'000'000));
  binder
      .Add("--smallest-face", &t.smallest_face, "FLOAT",
           "Width of faces in the blurred copies, pixels, from this")
      ->check(NumberBetween(80, 1000));
  binder.Add("--largest-face", &t.largest_face, "FLOAT", "... to this")
      ->check(NumberBetween(80, 1000));
  binder.Add("--svm-c", &t.c, "FLOAT", "How much errors cost the support vector machine")
      ->check(NumberBetween(1e-3, 1e6));
  binder.Add("--seed", &t.seed, "UINT", "Seed of everything random");
  BindDegradationOptions(&binder, &t.pairs);
  binder.AddText("--training-note", &options->training_note, "TEXT",
                 "What the file says of how it was made");
  binder.AddText("--license-note", &options->license_note, "TEXT", "Its terms of use");
  binder.AddText("--figures-note", &options->figures_note, "TEXT", "How good it was found to be");
  binder.AddPath("--models", &options->models, "DIR", "Folder with models");
  binder.AddThreads(&options->threads);
  binder.AddConfig("Read options from an INI or TOML file");
}

void WriteDoubtfulWindows(const FinderTrainingOptions& training, const FaceDetector& detector,
                          const std::filesystem::path& folder) {
  const WindowCounts counts = WriteWindows(training, detector, folder);
  spdlog::info("{}: {} of {}, and {} that show no face", Printable(folder.string()),
               Counted(static_cast<int>(counts.faces), "window"),
               Counted(static_cast<int>(counts.photos), "photo"), counts.others);
}

std::string Described(const FinderTraining& training) {
  return "of " + Counted(static_cast<int>(training.faces), "blurred face") +
         " held out, dlib's own search finds " + std::to_string(training.found_before) +
         ", with this one it finds " + std::to_string(training.found);
}

std::string HowMade(const FinderTraining& result, const FinderTrainingOptions& training,
                    const FinderFile& kept) {
  const auto photos = [&](std::size_t count) {
    return Counted(static_cast<int>(count), "photo") + ", seed " + std::to_string(training.seed);
  };
  if (kept.sub_detectors.empty()) return photos(result.trained_on);
  return (kept.training.empty() ? "" : kept.training + "; ") + "odds of " + photos(result.held_out);
}

int RunTrainFinder(const TrainFinderOptions& options, const CLI::App& /*app*/) {
  PrepareCommand();
  InstallInterruptHandlers();
  FinderTrainingOptions training = options.training;
  training.threads = ThreadCount(options.threads);
  training.stop = [] { return InterruptSignal() != 0; };
  training.say = [](const std::string& text) { spdlog::info("{}", text); };
  for (const std::filesystem::path& file : options.landmarks) {
    for (NamedNumbers& network : ReadLandmarkNetworks(file)) {
      training.landmark_networks.push_back(std::move(network));
    }
  }
  const FinderFile kept = options.keep.empty() ? FinderFile() : LoadFinder(options.keep);
  training.sub_detectors = kept.sub_detectors;
  FinderTraining result;
  try {
    const auto detector = LoadDetector(DetectorOptions::SharpAndUpright(), options.models);
    if (!options.windows.empty()) {
      WriteDoubtfulWindows(training, *detector, options.windows);
      return kExitDone;
    }
    result = TrainFinder(training, *detector);
  } catch (const Error&) {
    if (InterruptSignal() == 0) throw;
    return kExitSignalBase + InterruptSignal();
  }
  spdlog::info("{}", Described(result));
  result.finder.training =
      options.training_note.empty() ? HowMade(result, training, kept) : options.training_note;
  result.finder.license = options.license_note.empty() ? kept.license : options.license_note;
  result.finder.figures = options.figures_note.empty() ? Described(result) : options.figures_note;
  WriteFileAtomically(options.File(), SerializeFinder(result.finder),
                      options.overwrite ? Clobber::kReplace : Clobber::kRefuse);
  spdlog::info("{} written", Printable(options.File().string()));
  return kExitDone;
}

}  // namespace

std::unique_ptr<BoundCommand> BindTrainFinder(CLI::App* app) {
  return BindCommand<TrainFinderOptions>(app, Bind, RunTrainFinder);
}

}  // namespace facedeblur
