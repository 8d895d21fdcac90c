#include "train/training_log.h"

#include <fstream>
#include <utility>

#include "facedeblur/util/error.h"
#include "facedeblur/util/file_io.h"
#include "facedeblur/util/json.h"

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

}  // namespace facedeblur
