#include "facedeblur/pipeline/json_report.h"

#include "facedeblur/util/json.h"

namespace facedeblur {
namespace {

const char* OutcomeKey(Outcome outcome) {
  switch (outcome) {
    case Outcome::kRestored:
      return "restored";
    case Outcome::kCopied:
      return "copied";
    case Outcome::kSkippedNoFace:
      return "skipped_no_face";
    case Outcome::kSkippedExisting:
      return "skipped_existing";
    case Outcome::kFailed:
      return "failed";
  }
  return "?";
}

std::vector<double> Numbers(const Landmarks& landmarks) {
  std::vector<double> numbers;
  for (const cv::Point2f& point : landmarks) {
    numbers.push_back(static_cast<double>(point.x));
    numbers.push_back(static_cast<double>(point.y));
  }
  return numbers;
}

JsonObject FaceJson(const FaceRecord& face) {
  const cv::Rect2d box(face.box);
  JsonObject json;
  json.Add("box", std::vector<double>{box.x, box.y, box.width, box.height});
  json.Add("score", face.score).Add("landmarks", Numbers(face.landmarks));
  json.Add("chip_size", face.chip_size);
  json.Add("blur_before", face.blur_before).Add("blur_after", face.blur_after);
  return json.Add("change", face.change);
}

JsonObject SecondsJson(const StageSeconds& s) {
  return JsonObject()
      .Add("decode", s.decode)
      .Add("detect", s.detect)
      .Add("restore", s.restore)
      .Add("blend", s.blend)
      .Add("encode", s.encode)
      .Add("write", s.write);
}

}  // namespace

std::string RunJson(const RunInfo& info) {
  return JsonObject()
      .Add("type", "run")
      .Add("schema", 1)
      .Add("program", "facedeblur")
      .Add("version", info.version)
      .Add("weights", info.weights)
      .Add("weights_sha256", info.weights_sha256)
      .Add("network", info.network)
      .Add("device", info.device)
      .Add("instruction_set", info.instruction_set)
      .Add("options", info.options)
      .Add("libtorch", info.libtorch)
      .Add("opencv", info.opencv)
      .ToString();
}

std::string RecordJson(const ImageRecord& record) {
  JsonObject json;
  json.Add("type", "image").Add("input", record.input.string());
  json.Add("outcome", OutcomeKey(record.outcome));
  const bool has_output =
      record.outcome != Outcome::kFailed && record.outcome != Outcome::kSkippedNoFace;
  if (has_output) json.Add("output", record.output.string());
  if (record.outcome == Outcome::kFailed) json.Add("error", record.message);
  if (!record.size.empty()) json.Add("width", record.size.width).Add("height", record.size.height);
  if (!record.warnings.empty()) json.Add("warnings", record.warnings);
  std::vector<JsonObject> faces;
  for (const FaceRecord& face : record.face_records) faces.push_back(FaceJson(face));
  return json.Add("faces", faces).Add("seconds", SecondsJson(record.seconds)).ToString();
}

std::string SummaryJson(const BatchReport& report, double seconds) {
  return JsonObject()
      .Add("type", "summary")
      .Add("images", report.Images())
      .Add("restored", report.restored)
      .Add("copied", report.copied)
      .Add("skipped", report.skipped)
      .Add("failed", report.failed)
      .Add("faces", report.faces)
      .Add("interrupted", report.interrupted)
      .Add("wall_seconds", seconds)
      .Add("seconds", SecondsJson(report.seconds))
      .ToString();
}

}  // namespace facedeblur
