#include "facedeblur/eval/finder_report.h"

#include <optional>
#include <utility>

#include "facedeblur/util/json.h"
#include "facedeblur/util/text.h"

namespace facedeblur {
namespace {

using Table = std::vector<std::vector<std::string>>;

std::string Cell(const std::optional<double>& value, int decimals) {
  return value ? Fixed(*value, decimals) : "";
}

void AddCells(const FinderScore& score, std::vector<std::string>* row) {
  row->push_back(Cell(score.Recall(), 3));
  row->push_back(Cell(score.FalseFacesPerPhoto(), 3));
  row->push_back(Cell(score.LandmarkError(), 2));
}

Table ScoreTable(const FinderProtocol& protocol, const FinderEvaluation& evaluation) {
  const std::vector<std::string> columns = {"recall", "false faces per photo", "landmark error, %"};
  const bool beside = !evaluation.stock_by_size.empty();
  const bool restored = !evaluation.restored_by_size.empty();
  Table table = {{"blur, px"}};
  table[0].insert(table[0].end(), columns.begin(), columns.end());
  if (restored) table[0].push_back("once restored");
  if (beside) {
    for (const std::string& column : columns) table[0].push_back("dlib's " + column);
  }
  for (std::size_t i = 0; i < evaluation.by_size.size(); ++i) {
    std::vector<std::string> row = {std::to_string(protocol.blur_sizes[i])};
    AddCells(evaluation.by_size[i], &row);
    if (restored) row.push_back(Cell(evaluation.restored_by_size[i].LandmarkError(), 2));
    if (beside) AddCells(evaluation.stock_by_size[i], &row);
    table.push_back(std::move(row));
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

Json ToJson(const FinderScore& score) {
  return {{"found", score.found},
          {"recall", ToJson(score.Recall())},
          {"false_faces", score.false_faces},
          {"false_faces_per_photo", ToJson(score.FalseFacesPerPhoto())},
          {"landmark_error", ToJson(score.LandmarkError())}};
}

Json ToJson(int blur_size, const FinderScore& score) {
  Json json = {{"blur", blur_size}, {"searches", score.searches}, {"faces", score.faces}};
  json.update(ToJson(score));
  return json;
}

Json ToJson(const FinderProtocol& protocol, const FinderReport::Set& set) {
  Json json = {{"name", set.name},
               {"photos", set.evaluation.photos},
               {"faces", set.evaluation.faces},
               {"unreadable", set.evaluation.unreadable},
               {"blurs", Json::array()}};
  for (std::size_t i = 0; i < set.evaluation.by_size.size(); ++i) {
    Json blur = ToJson(protocol.blur_sizes[i], set.evaluation.by_size[i]);
    if (!set.evaluation.stock_by_size.empty()) {
      blur["dlib"] = ToJson(set.evaluation.stock_by_size[i]);
    }
    if (!set.evaluation.restored_by_size.empty()) {
      blur["restored"] = ToJson(set.evaluation.restored_by_size[i]);
    }
    json["blurs"].push_back(std::move(blur));
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
