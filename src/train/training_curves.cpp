#include "train/training_curves.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "facedeblur/image/line_plot.h"
#include "facedeblur/image/write_png.h"

namespace facedeblur {
namespace {

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
