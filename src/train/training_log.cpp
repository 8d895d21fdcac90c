#include "train/training_log.h"

#include <fstream>
#include <utility>

#include "facedeblur/image/write_png.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/file_io.h"
#include "facedeblur/util/json.h"
#include "train/line_plot.h"

namespace facedeblur {
namespace {

/// A line's numbers by name; none of a line that is no JSON object, as the last one of a run that
/// was killed may be.
std::map<std::string, double> ParseLine(const std::string& line) {
  std::map<std::string, double> numbers;
  const Json object = Json::parse(line, /*cb=*/nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return numbers;
  for (const auto& [name, value] : object.items()) {
    if (value.is_number()) numbers[name] = value.get<double>();
  }
  return numbers;
}

std::vector<Curve> CurvesOf(const std::vector<std::map<std::string, double>>& lines,
                            const std::vector<std::pair<std::string, std::string>>& names) {
  std::vector<Curve> curves;
  for (const auto& [key, title] : names) {
    Curve curve{title, {}};
    for (const auto& line : lines) {
      const auto value = line.find(key);
      if (value != line.end()) curve.points.emplace_back(line.at("samples"), value->second);
    }
    if (curve.points.size() > 1) curves.push_back(std::move(curve));
  }
  return curves;
}

}  // namespace

TrainingLog::TrainingLog(std::filesystem::path file, std::int64_t samples)
    : file_(std::move(file)) {
  std::ifstream in(file_);
  if (!in) return;
  std::string kept;
  for (std::string line; std::getline(in, line);) {
    const auto numbers = ParseLine(line);
    const auto at = numbers.find("samples");
    if (at != numbers.end() && at->second <= static_cast<double>(samples)) kept += line + "\n";
  }
  WriteFileAtomically(file_, Bytes(kept.begin(), kept.end()), Clobber::kReplace);
}

void TrainingLog::Append(const TrainingProgress& progress) const {
  Json line;
  line["samples"] = progress.samples;
  for (const auto& [name, value] : progress.losses) line[name] = value;
  line["samples_per_second"] = progress.samples_per_second;
  line["learning_rate"] = progress.learning_rate;
  if (progress.restored_psnr > 0) {
    line["blurred_psnr"] = progress.blurred_psnr;
    line["restored_psnr"] = progress.restored_psnr;
  }
  for (const auto& [name, value] : progress.validation_losses) line["validation_" + name] = value;
  std::ofstream out(file_, std::ios::app);
  out << ToJsonLine(line) << '\n';
  if (!out.flush()) throw Error(ErrorKind::kOutput, file_.string() + ": cannot write to it");
}

std::vector<std::map<std::string, double>> TrainingLog::Read() const {
  std::vector<std::map<std::string, double>> lines;
  std::ifstream in(file_);
  for (std::string line; std::getline(in, line);) lines.push_back(ParseLine(line));
  return lines;
}

void WritePlots(const TrainingLog& log, const std::filesystem::path& folder) {
  const auto lines = log.Read();
  // Terms, not the sum: steps of different kinds have different sums.
  const auto losses = CurvesOf(lines, {{"pixel", "pixel loss, training"},
                                       {"validation_pixel", "pixel loss, validation"},
                                       {"landmarks", "landmark loss, training"},
                                       {"validation_landmarks", "landmark loss, validation"}});
  const auto kernels = CurvesOf(lines, {{"kernel", "kernel cross entropy, training"},
                                        {"validation_kernel", "kernel cross entropy, validation"},
                                        {"correction", "corrected kernel, training"},
                                        {"validation_correction", "corrected kernel, validation"}});
  const auto psnr =
      CurvesOf(lines, {{"blurred_psnr", "blurred, dB"}, {"restored_psnr", "restored, dB"}});
  if (!losses.empty()) WritePng(folder / "loss.png", DrawCurves("Loss by pairs", losses));
  if (!kernels.empty()) WritePng(folder / "kernel.png", DrawCurves("Kernel by pairs", kernels));
  if (!psnr.empty()) WritePng(folder / "psnr.png", DrawCurves("Validation PSNR by pairs", psnr));
}

}  // namespace facedeblur
