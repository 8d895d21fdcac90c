#include "train/training_log.h"

#include <cstdlib>
#include <fstream>
#include <utility>

#include "facedeblur/image/write_png.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/file_io.h"
#include "facedeblur/util/json_object.h"
#include "train/line_plot.h"

namespace facedeblur {
namespace {

/// The numbers of one line as Append() writes it: a flat object.
std::map<std::string, double> ParseLine(const std::string& line) {
  std::map<std::string, double> numbers;
  std::size_t at = 0;
  while (true) {
    const std::size_t open = line.find('"', at);
    const std::size_t close = open == std::string::npos ? open : line.find("\":", open + 1);
    if (close == std::string::npos) return numbers;
    const char* text = line.c_str() + close + 2;
    char* end = nullptr;
    const double value = std::strtod(text, &end);
    if (end != text) numbers[line.substr(open + 1, close - open - 1)] = value;
    at = close + 2;
  }
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

void TrainingLog::Append(const TrainingProgress& p) {
  JsonObject line;
  line.Add("samples", p.samples);
  for (const auto& [name, value] : p.losses) line.Add(name, value);
  line.Add("samples_per_second", p.samples_per_second).Add("learning_rate", p.learning_rate);
  if (p.restored_psnr > 0) {
    line.Add("blurred_psnr", p.blurred_psnr).Add("restored_psnr", p.restored_psnr);
  }
  for (const auto& [name, value] : p.validation_losses) line.Add("validation_" + name, value);
  std::ofstream out(file_, std::ios::app);
  out << line.ToString() << '\n';
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
  // The kernel's term tells more than the sum: steps of different kinds have different sums.
  const auto losses = CurvesOf(lines, {{"pixel", "pixel loss, training"},
                                       {"validation_pixel", "pixel loss, validation"},
                                       {"landmarks", "landmark loss, training"},
                                       {"validation_landmarks", "landmark loss, validation"}});
  const auto kernels = CurvesOf(lines, {{"kernel", "kernel cross entropy, training"},
                                        {"validation_kernel", "kernel cross entropy, validation"}});
  const auto psnr =
      CurvesOf(lines, {{"blurred_psnr", "blurred, dB"}, {"restored_psnr", "restored, dB"}});
  if (!losses.empty()) WritePng(folder / "loss.png", DrawCurves("Loss by pairs", losses));
  if (!kernels.empty()) WritePng(folder / "kernel.png", DrawCurves("Kernel by pairs", kernels));
  if (!psnr.empty()) WritePng(folder / "psnr.png", DrawCurves("Validation PSNR by pairs", psnr));
}

}  // namespace facedeblur
