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

/// x, y, x, y, ...
Json ToJson(const Landmarks& landmarks) {
  Json numbers = Json::array();
  for (const cv::Point2f& point : landmarks) {
    numbers.push_back(point.x);
    numbers.push_back(point.y);
  }
  return numbers;
}

Json ToJson(const FaceRecord& face) {
  Json json = {{"box", {face.box.x, face.box.y, face.box.width, face.box.height}},
               {"probability", face.probability},
               {"score", face.score},
               {"landmarks", ToJson(face.landmarks)},
               {"chip_size", face.chip_size},
               {"blur_before", face.blur_before},
               {"blur_after", face.blur_after},
               {"change", face.change},
               {"confidence", face.confidence}};
  if (face.turned != 0) json["turned"] = face.turned;
  return json;
}

Json ToJson(const StageSeconds& seconds) {
  return {{"decode", seconds.decode}, {"detect", seconds.detect}, {"restore", seconds.restore},
          {"blend", seconds.blend},   {"encode", seconds.encode}, {"write", seconds.write}};
}

}  // namespace

std::string RunJson(const RunInfo& info) {
  return ToJsonLine({{"type", "run"},
                     {"schema", 1},
                     {"program", "facedeblur"},
                     {"version", info.version},
                     {"weights", info.weights},
                     {"weights_sha256", info.weights_sha256},
                     {"network", info.network},
                     {"detector", info.detector},
                     {"detector_sha256", info.detector_sha256},
                     {"device", info.device},
                     {"instruction_set", info.instruction_set},
                     {"options", info.options},
                     {"libtorch", info.libtorch},
                     {"opencv", info.opencv}});
}

std::string RecordJson(const ImageRecord& record) {
  Json json = {
      {"type", "image"}, {"input", record.input.string()}, {"outcome", OutcomeKey(record.outcome)}};
  const bool has_output =
      record.outcome != Outcome::kFailed && record.outcome != Outcome::kSkippedNoFace;
  if (has_output) json["output"] = record.output.string();
  if (record.outcome == Outcome::kFailed) json["error"] = record.message;
  if (!record.size.empty()) {
    json["width"] = record.size.width;
    json["height"] = record.size.height;
  }
  if (!record.warnings.empty()) json["warnings"] = record.warnings;
  json["faces"] = Json::array();
  for (const FaceRecord& face : record.face_records) json["faces"].push_back(ToJson(face));
  json["seconds"] = ToJson(record.seconds);
  return ToJsonLine(json);
}

std::string SummaryJson(const BatchReport& report, double seconds) {
  return ToJsonLine({{"type", "summary"},
                     {"images", report.Images()},
                     {"restored", report.restored},
                     {"copied", report.copied},
                     {"skipped", report.skipped},
                     {"failed", report.failed},
                     {"faces", report.faces},
                     {"interrupted", report.interrupted},
                     {"gave_up", report.gave_up},
                     {"wall_seconds", seconds},
                     {"seconds", ToJson(report.seconds)}});
}

}  // namespace facedeblur
