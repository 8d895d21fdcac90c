#include "cli/evaluate_finder.h"

#include "cli/run_setup.h"
#include "cli/search_option_binding.h"
#include "facedeblur/pipeline/photo_faces.h"
#include "facedeblur/util/task_pool.h"

namespace facedeblur {
namespace {

std::string Listed(const std::vector<int>& numbers) {
  std::string text;
  for (const int number : numbers) text += (text.empty() ? "" : ",") + std::to_string(number);
  return text;
}

}  // namespace

void BindFinder(CLI::App* app, const std::string& others, FinderOptions* options) {
  OptionBinder binder(app);
  binder.Group("Search for faces");
  CLI::Option* finder = binder.AddFlag(
      "--finder", &options->enabled,
      "Score the search for faces instead of weights: photos of FOLDER are blurred as a whole, and "
      "what is found sharp is the truth. Tells recall, false faces and the error of landmarks");
  const auto is_other = [&](const CLI::Option* option) { return option->get_group() == others; };
  for (CLI::Option* other : app->get_options(is_other)) finder->excludes(other);
  app->add_option("--blur-sizes", options->protocol.blur_sizes,
                  "Sizes of the camera shake, pixels at a face of 128; 0: no blur")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(CLI::Range(0, 999))
      ->default_str(Listed(options->protocol.blur_sizes))
      ->type_name("INT,...")
      ->group("Search for faces")
      ->needs(finder);
  binder
      .Add("--kernels-per-photo", &options->protocol.kernels_per_photo, "INT",
           "Kernels of each size for a photo")
      ->check(CLI::Range(1, 1000))
      ->needs(finder);
  binder
      .AddPath(
          "--plot", &options->plot, "FILE",
          "PNG with the figures against the blur; of several folders, the folder's name is put "
          "in front")
      ->needs(finder);
  binder
      .AddFlag(
          "--restore", &options->restore,
          "Restore the found faces, too, and tell the error of the landmarks then; --landmarks "
          "reads them again where they were blurred")
      ->needs(finder);
  BindSearchOptions(&binder, &options->detector);
  for (const char* name : {"--min-face", "--detector-threshold", "--landmarks", "--any-rotation"}) {
    app->get_option(name)->needs(finder);
  }
}

FinderReport ReportFinder(const std::vector<std::filesystem::path>& folders,
                          const FinderOptions& options, const NetworkRequest& request,
                          std::size_t threads) {
  DetectorOptions stock_options = options.detector;
  stock_options.search_blurred = false;
  const auto stock = LoadDetector(stock_options, request.models);
  const auto detector = LoadDetector(options.detector, request.models);
  TaskPool pool(threads);
  LoadedNetwork network;
  RestoreFaces restore;
  if (options.restore) {
    network = LoadNetwork(request);
    TellDevice(network.compute);
    ProcessOptions process;
    process.extent = Extent::kFace;  // the rest has no landmarks
    restore = [&, process](cv::Mat* photo) {
      return RestoreFacesOf(detector.get(), *network.restorer, process, &pool, photo);
    };
  }
  FinderReport report{detector->identity(), options.protocol, {}};
  for (const std::filesystem::path& folder : folders) {
    report.sets.push_back({folder.string(), EvaluateFinder(folder, *stock, *detector,
                                                           options.protocol, threads, restore)});
  }
  return report;
}

}  // namespace facedeblur
