#include "facedeblur/compare/report.h"

#include <cmath>

#include "facedeblur/util/json.h"
#include "facedeblur/util/text.h"

namespace facedeblur {
namespace {

/// A measure as the table shows it: there is no SSIM of tiny images, and no limit to the PSNR of
/// equal ones.
std::string Cell(double value, int decimals) {
  if (std::isnan(value)) return "-";
  if (std::isinf(value)) return "equal";
  return Fixed(value, decimals);
}

}  // namespace

Json CompareJson(const ComparedImage& image) {
  Json json = {{"type", "image"},
               {"path", image.relative.string()},
               {"outcome", CompareOutcomeName(image.outcome)}};
  if (image.measured) {
    const Difference& d = image.difference;
    json["identical"] = d.max_diff == 0;
    json["psnr"] = d.psnr;
    json["ssim"] = d.ssim;
    json["max_diff"] = d.max_diff;
    json["max_diff_at"] = {d.max_at.x, d.max_at.y};
    json["differing_percent"] = d.differing_percent;
  }
  if (image.faces >= 0) json["faces"] = image.faces;
  if (!image.message.empty()) json["message"] = image.message;
  return json;
}

std::string CompareJsonLines(const std::vector<ComparedImage>& images) {
  std::string lines;
  for (const ComparedImage& image : images) lines += ToJsonLine(CompareJson(image)) + "\n";
  const CompareTotals totals = CountOutcomes(images);
  return lines +
         ToJsonLine({{"type", "summary"},
                     {"within", totals.within},
                     {"differing", totals.differing},
                     {"failed", totals.failed}}) +
         "\n";
}

std::string CompareJUnit(const std::vector<ComparedImage>& images, const std::string& suite) {
  const CompareTotals totals = CountOutcomes(images);
  const std::string counts = " tests=\"" + std::to_string(images.size()) + "\" failures=\"" +
                             std::to_string(totals.differing) + "\" errors=\"" +
                             std::to_string(totals.failed) + "\"";
  std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites" + counts +
                    ">\n  <testsuite name=\"" + XmlEscape(suite) + "\"" + counts + ">\n";
  for (const ComparedImage& image : images) {
    xml += "    <testcase classname=\"facedeblur.compare\" name=\"" +
           XmlEscape(image.relative.string()) + "\"";
    if (image.outcome == CompareOutcome::kWithin) {
      xml += "/>\n";
      continue;
    }
    const bool failure =
        image.outcome == CompareOutcome::kDiffers || image.outcome == CompareOutcome::kExtra;
    xml += std::string(">\n      <") + (failure ? "failure" : "error") + " type=\"" +
           CompareOutcomeName(image.outcome) + "\" message=\"" + XmlEscape(image.message) +
           "\"/>\n    </testcase>\n";
  }
  return xml + "  </testsuite>\n</testsuites>\n";
}

std::string CompareTable(const std::vector<ComparedImage>& images, bool all) {
  std::vector<std::vector<std::string>> rows = {
      {"image", "PSNR, dB", "SSIM", "max diff", "at", "result"}};
  for (const ComparedImage& image : images) {
    if (!all && image.outcome == CompareOutcome::kWithin) continue;
    const Difference& d = image.difference;
    const std::string at =
        d.max_diff > 0 ? std::to_string(d.max_at.x) + "," + std::to_string(d.max_at.y) : "";
    const std::string result = std::string(CompareOutcomeName(image.outcome)) +
                               (image.message.empty() ? "" : ": " + image.message);
    if (image.measured) {
      rows.push_back({Printable(image.relative.string()), Cell(d.psnr, 2), Cell(d.ssim, 4),
                      Cell(d.max_diff, 1), at, Printable(result)});
    } else {
      rows.push_back({Printable(image.relative.string()), "", "", "", "", Printable(result)});
    }
  }
  return rows.size() == 1 ? "" : AlignedTable(rows, /*last_left=*/true);
}

}  // namespace facedeblur
