#include "facedeblur/eval/finder_report.h"

#include <optional>

#include "facedeblur/util/json.h"
#include "facedeblur/util/text.h"

namespace facedeblur {
namespace {

using Table = std::vector<std::vector<std::string>>;

/// None where there is nothing to divide by.
std::optional<double> Ratio(double part, std::size_t whole) {
  if (whole == 0) return std::nullopt;
  return part / static_cast<double>(whole);
}

std::optional<double> Recall(const FinderScore& score) {
  return Ratio(static_cast<double>(score.found), score.faces);
}

std::optional<double> FalseFacesPerPhoto(const FinderScore& score) {
  return Ratio(static_cast<double>(score.false_faces), score.searches);
}

/// Percent of the distance of the eyes' outer corners.
std::optional<double> LandmarkError(const FinderScore& score) {
  return Ratio(100 * score.landmark_errors, score.found);
}

std::string Cell(const std::optional<double>& value, int decimals) {
  return value ? Fixed(*value, decimals) : "";
}

Table ScoreTable(const FinderProtocol& protocol, const FinderEvaluation& evaluation) {
  Table table = {{"blur, px", "recall", "false faces per photo", "landmark error, %"}};
  for (std::size_t i = 0; i < evaluation.by_size.size(); ++i) {
    const FinderScore& score = evaluation.by_size[i];
    table.push_back({std::to_string(protocol.blur_sizes[i]), Cell(Recall(score), 3),
                     Cell(FalseFacesPerPhoto(score), 3), Cell(LandmarkError(score), 2)});
  }
  return table;
}

std::string DescribeSet(const FinderProtocol& protocol, const FinderEvaluation& evaluation) {
  std::string text = "camera shake, pixels at a face of " + std::to_string(kFinderFace) + "; " +
                     Counted(static_cast<int>(evaluation.photos), "photo") + ", " +
                     Counted(static_cast<int>(evaluation.faces), "face") + ", " +
                     Counted(protocol.kernels_per_photo, "kernel") + " of each size for a photo";
  if (evaluation.unreadable > 0) {
    text += "; " + Counted(static_cast<int>(evaluation.unreadable), "file") + " cannot be read";
  }
  return text;
}

template <typename ToTable>
std::string Report(const FinderReport& report, const char* heading, const ToTable& to_table) {
  std::string text = "detector: " + report.detector.name + "\n";
  for (const FinderReport::Set& set : report.sets) {
    text += "\n" + std::string(heading) + set.name + "\n\n" +
            DescribeSet(report.protocol, set.evaluation) + "\n\n" +
            to_table(ScoreTable(report.protocol, set.evaluation));
  }
  return text;
}

Json ToJson(const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); }

Json ToJson(int blur_size, const FinderScore& score) {
  return {{"blur", blur_size},
          {"searches", score.searches},
          {"faces", score.faces},
          {"found", score.found},
          {"recall", ToJson(Recall(score))},
          {"false_faces", score.false_faces},
          {"false_faces_per_photo", ToJson(FalseFacesPerPhoto(score))},
          {"landmark_error", ToJson(LandmarkError(score))}};
}

Json ToJson(const FinderProtocol& protocol, const FinderReport::Set& set) {
  Json json = {{"name", set.name},
               {"photos", set.evaluation.photos},
               {"faces", set.evaluation.faces},
               {"unreadable", set.evaluation.unreadable},
               {"blurs", Json::array()}};
  for (std::size_t i = 0; i < set.evaluation.by_size.size(); ++i) {
    json["blurs"].push_back(ToJson(protocol.blur_sizes[i], set.evaluation.by_size[i]));
  }
  return json;
}

}  // namespace

std::string TextReport(const FinderReport& report) {
  return Report(report, "", [](const Table& table) { return AlignedTable(table, false); });
}

std::string MarkdownReport(const FinderReport& report) {
  return Report(report, "### ", MarkdownTable);
}

std::string JsonReport(const FinderReport& report) {
  Json json = {{"detector", report.detector.name},
               {"detector_sha256", report.detector.sha256},
               {"face", kFinderFace},
               {"kernels_per_photo", report.protocol.kernels_per_photo},
               {"seed", report.protocol.seed},
               {"sets", Json::array()}};
  for (const FinderReport::Set& set : report.sets) {
    json["sets"].push_back(ToJson(report.protocol, set));
  }
  return ToJsonLine(json) + "\n";
}

}  // namespace facedeblur
