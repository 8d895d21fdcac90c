#include <cmath>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include "cli/command.h"
#include "cli/setup.h"
#include "facedeblur/compare/report.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/file_io.h"
#include "facedeblur/util/text.h"

namespace facedeblur {
namespace {

constexpr char kFooter[] =
    "\nWithout a limit pictures must be equal, pixel by pixel.\n"
    "\nExit codes: 0 all within the tolerance, 1 some differ (or are extra), 2 usage,\n"
    "3 some are missing or cannot be read.";

constexpr int kExitUnreadable = 3;

struct CompareSettings {
  CompareOptions compare;
  bool faces_only = false;
  std::filesystem::path models;
  std::filesystem::path report;
  int threads = 0;
  bool verbose = false;
};

void AddLimit(CLI::App* app, const char* name, std::optional<double>* value, double high,
              const char* type, const char* description) {
  app->add_option(name, *value, description)->check(NumberBetween(0, high))->type_name(type);
}

void AddCompareOptions(CLI::App* app, CompareSettings* command) {
  CompareOptions& c = command->compare;
  app->add_option("out", c.output, "Picture or folder to check")->required()->type_name("OUT");
  app->add_option("ref", c.reference, "What it should be")->required()->type_name("REF");
  AddLimit(app, "--min-psnr", &c.tolerance.min_psnr, 200, "DB", "Lowest PSNR");
  AddLimit(app, "--min-ssim", &c.tolerance.min_ssim, 1, "X",
           "Lowest SSIM (Wang et al. 2004: 11x11 Gaussian windows, mean over channels)");
  AddLimit(app, "--max-diff", &c.tolerance.max_diff, 255, "LEVELS",
           "Largest difference of any sample, 8-bit levels (of 16-bit samples, 1/257)");
  AddLimit(app, "--max-diff-percent", &c.tolerance.max_diff_percent, 100, "PERCENT",
           "So many of the pixels may exceed --max-diff, or differ at all where that is not given");
  app->add_flag("--exact", c.tolerance.exact, "The files must be equal, byte by byte");
  app->add_flag("--ignore-extra", c.ignore_extra, "Files without a reference do not count");
  app->add_flag("--faces-only", command->faces_only,
                "Compare inside the masks of the faces found in the reference; pictures without a "
                "face are compared whole");
  app->add_option("--diff", c.difference_folder,
                  "Folder for pictures of the differences, the largest of each white")
      ->type_name("DIR");
  app->add_option("--report", command->report,
                  "Report for programs: JSON Lines (.jsonl, .json) or JUnit XML (.xml)")
      ->type_name("FILE");
  app->add_option("--models", command->models, "Folder with models")->type_name("DIR");
  AddOption(app, "--threads", &command->threads, "0: one for each processor")
      ->check(CLI::Range(0, 4096));
  app->add_flag("-v,--verbose", command->verbose, "List all pictures of a large comparison");
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

/// Pictures of differences among the pictures would be compared the next time.
void RequireSeparateDifferences(const CompareOptions& options) {
  if (options.difference_folder.empty()) return;
  for (const std::filesystem::path& folder : {options.output, options.reference}) {
    if (!std::filesystem::is_directory(folder)) continue;
    const auto relative = std::filesystem::weakly_canonical(options.difference_folder)
                              .lexically_relative(std::filesystem::weakly_canonical(folder));
    if (relative.empty() || *relative.begin() == "..") continue;
    throw Error(ErrorKind::kUsage, options.difference_folder.string() + ": is inside " +
                                       folder.string() + ", which is compared");
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

class CompareCommand : public Command {
 public:
  const char* Usage() const override { return "OUT REF"; }
  const char* Description() const override {
    return "Checks pictures against references, by relative path.";
  }
  void Define(CLI::App* app) override {
    AddCompareOptions(app, &options_);
    app->footer(kFooter);
  }

  int Run(const CLI::App& /*app*/) override {
    PrepareCommand();
    RequireSeparateDifferences(options_.compare);
    const ReportWriter write_report = ChooseReport(options_.report);
    options_.compare.threads = ThreadCount(options_.threads);
    std::unique_ptr<FaceDetector> detector;
    if (options_.faces_only) detector = LoadDetector({}, options_.models);
    options_.compare.faces_only = detector.get();
    std::vector<ComparedImage> images;
    try {
      images = CompareImages(options_.compare);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kInput) throw;
      std::fprintf(stderr, "facedeblur: %s\n", Printable(error.what()).c_str());
      return kExitUnreadable;
    }
    Print(images, options_.verbose);
    if (images.empty()) std::fputs("facedeblur: there was nothing to compare\n", stderr);
    if (!options_.report.empty()) {
      WriteReport(write_report(images, options_.compare.output.string()));
    }
    return ExitCodeOf(CountOutcomes(images));
  }

 private:
  void WriteReport(const std::string& report) const {
    try {
      WriteFileAtomically(options_.report, Bytes(report.begin(), report.end()), Clobber::kReplace);
    } catch (const Error& error) {
      throw Error(ErrorKind::kUsage,
                  options_.report.string() + ": cannot write the report: " + error.what());
    }
  }

  CompareSettings options_;
};

}  // namespace

std::unique_ptr<Command> MakeCompareCommand() { return std::make_unique<CompareCommand>(); }

}  // namespace facedeblur
