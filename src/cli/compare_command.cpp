#include <cmath>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/option_binder.h"
#include "cli/run_setup.h"
#include "facedeblur/compare/comparison_gallery.h"
#include "facedeblur/compare/report.h"
#include "facedeblur/gallery/gallery.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/file_io.h"
#include "facedeblur/util/task_pool.h"
#include "facedeblur/util/text.h"
#include "facedeblur/util/version.h"

namespace facedeblur {
namespace {

constexpr char kFooter[] =
    "\nWithout a limit images must be equal, pixel by pixel.\n"
    "\nExit codes: 0 all within the tolerance, 1 some differ (or are extra), 2 usage, or\n"
    "results that cannot be written, 3 some are missing or cannot be read, or there is\n"
    "nothing to compare.";

constexpr int kExitUnreadable = 3;

struct CompareSettings {
  CompareOptions compare;
  bool faces_only = false;
  std::filesystem::path models;
  std::filesystem::path report;
  int threads = 0;
  bool verbose = false;

  void Validate() const;
};

void BindLimit(CLI::App* app, const char* name, std::optional<double>* value, double high,
               const char* type, const char* help) {
  app->add_option(name, *value, help)->check(NumberBetween(0, high))->type_name(type);
}

void Bind(CLI::App* app, CompareSettings* settings) {
  app->footer(kFooter);
  CompareOptions& c = settings->compare;
  OptionBinder binder(app);
  binder.AddPath("out", &c.output, "OUT", "Image or folder to check")->required();
  binder.AddPath("ref", &c.reference, "REF", "What it should be")->required();
  BindLimit(app, "--min-psnr", &c.tolerance.min_psnr, 200, "DB", "Lowest PSNR");
  BindLimit(app, "--min-ssim", &c.tolerance.min_ssim, 1, "X",
            "Lowest SSIM (Wang et al. 2004: 11x11 Gaussian windows, mean over channels)");
  BindLimit(app, "--max-diff", &c.tolerance.max_diff, 255, "LEVELS",
            "Largest difference of any sample, 8-bit levels (of 16-bit samples, 1/257)");
  BindLimit(
      app, "--max-diff-percent", &c.tolerance.max_diff_percent, 100, "PERCENT",
      "So many of the pixels may exceed --max-diff, or differ at all where that is not given");
  binder.AddFlag("--exact", &c.tolerance.exact, "The files must be equal, byte by byte");
  binder.AddFlag("--ignore-extra", &c.ignore_extra, "Files without a reference do not count");
  binder.AddFlag("--faces-only", &settings->faces_only,
                 "Compare inside the masks of the faces found in the reference; images without a "
                 "face are compared whole");
  binder.AddPath("--diff", &c.difference_folder, "DIR",
                 "Folder for images of the differences, the largest of each white");
  binder.AddPath("--gallery", &c.gallery, "DIR",
                 "Folder for a page to look at, DIR/index.html: reference, output and difference, "
                 "those that fail first; an earlier comparison there is replaced");
  binder.AddPath("--report", &settings->report, "FILE",
                 "Report for programs: JSON Lines (.jsonl, .json) or JUnit XML (.xml)");
  binder.AddPath("--models", &settings->models, "DIR", "Folder with models");
  binder.AddThreads(&settings->threads);
  binder.AddFlag("-v,--verbose", &settings->verbose, "List all images of a large comparison");
}

/// The report's writer, chosen before the work by the file's name.
using ReportWriter = std::string (*)(const std::vector<ComparedImage>&, const std::string&);

ReportWriter ChooseReport(const std::filesystem::path& file) {
  const std::string extension = file.extension().string();
  if (extension == ".xml") return CompareJUnit;
  if (extension == ".jsonl" || extension == ".json" || file.empty()) {
    return [](const std::vector<ComparedImage>& images, const std::string& /*suite*/) {
      return CompareJsonLines(images);
    };
  }
  throw Error(ErrorKind::kUsage, file.string() + ": a report's name ends in .jsonl, .json or .xml");
}

/// Images written among the images would be compared the next time.
void RequireSeparate(const std::filesystem::path& written, const CompareOptions& options) {
  if (written.empty()) return;
  for (const std::filesystem::path& folder : {options.output, options.reference}) {
    if (!std::filesystem::is_directory(folder)) continue;
    const auto relative = std::filesystem::weakly_canonical(written).lexically_relative(
        std::filesystem::weakly_canonical(folder));
    if (relative.empty() || *relative.begin() == "..") continue;
    throw Error(ErrorKind::kUsage,
                written.string() + ": is inside " + folder.string() + ", which is compared");
  }
}

void Print(const std::vector<ComparedImage>& images, bool verbose) {
  constexpr std::size_t kFewImages = 40;
  std::fputs(CompareTable(images, verbose || images.size() <= kFewImages).c_str(), stdout);
  const CompareTotals totals = CountOutcomes(images);
  std::printf("%s: %d within, %d differing, %d missing or unreadable\n",
              Counted(static_cast<int>(images.size()), "image").c_str(), totals.within,
              totals.differing, totals.failed);
}

int ExitCodeOf(const CompareTotals& totals) {
  if (totals.failed > 0) return kExitUnreadable;
  return totals.differing > 0 ? 1 : 0;
}

/// Compares, and fills the gallery where one is wanted: it has no settings but the limits, and the
/// page counts the totals itself.
std::vector<ComparedImage> CompareInto(const CompareOptions& options) {
  RequireComparable(options);  // before an earlier gallery is replaced
  Gallery gallery(options.gallery, GalleryKind::kCompare, GalleryStart::kReplace);
  std::vector<ComparedImage> images = CompareImages(options);
  if (!gallery.wanted()) return images;
  gallery.AddRun({{"version", Version()},
                  {"output", options.output.string()},
                  {"reference", options.reference.string()},
                  {"tolerance", DescribeTolerance(options.tolerance)}});
  AddToGallery(options, images, &gallery);
  gallery.AddDone(Json::object());
  gallery.RequireIntact();
  return images;
}

int Compare(const CompareSettings& settings) {
  CompareOptions options = settings.compare;
  options.threads = ThreadCount(settings.threads);
  std::unique_ptr<FaceDetector> detector;
  if (settings.faces_only) detector = LoadDetector({}, settings.models);
  options.faces_only = detector.get();
  const std::vector<ComparedImage> images = CompareInto(options);
  Print(images, settings.verbose);
  if (!settings.report.empty()) {
    const ReportWriter write = ChooseReport(settings.report);
    const std::string report = write(images, options.output.string());
    WriteFileAtomically(settings.report, Bytes(report.begin(), report.end()), Clobber::kReplace);
  }
  if (images.empty()) throw Error(ErrorKind::kInput, "there was nothing to compare");
  return ExitCodeOf(CountOutcomes(images));
}

/// To a script that asks whether images are equal, 1 means that they are not, whatever it means to
/// other commands.
int RunCompare(const CompareSettings& settings, const CLI::App& /*app*/) {
  PrepareCommand();
  try {
    return Compare(settings);
  } catch (const Error& error) {
    std::fprintf(stderr, "facedeblur: %s\n", Printable(error.what()).c_str());
    return error.kind() == ErrorKind::kInput ? kExitUnreadable : kExitUsage;
  }
}

}  // namespace

void CompareSettings::Validate() const {
  RequireSeparate(compare.difference_folder, compare);
  RequireSeparate(compare.gallery, compare);
  ChooseReport(report);  // tells a bad name before the work
}

std::unique_ptr<BoundCommand> BindCompare(CLI::App* app) {
  return BindCommand<CompareSettings>(app, Bind, RunCompare);
}

}  // namespace facedeblur
