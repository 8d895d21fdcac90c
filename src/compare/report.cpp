#include "facedeblur/compare/report.h"

#include <cmath>
#include <cstdio>

#include "facedeblur/util/json.h"
#include "facedeblur/util/text.h"

namespace facedeblur {
namespace {

std::string Fixed(double value, int decimals) {
  if (std::isnan(value)) return "-";
  if (std::isinf(value)) return "equal";
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  return text;
}

JsonObject ImageJson(const ComparedImage& image) {
  JsonObject json;
  json.Add("type", "image").Add("path", image.relative.string());
  json.Add("outcome", CompareOutcomeName(image.outcome));
  if (image.measured) {
    const Difference& d = image.difference;
    json.Add("identical", d.max_diff == 0).Add("psnr", d.psnr).Add("ssim", d.ssim);
    json.Add("max_diff", d.max_diff);
    json.Add("max_diff_at",
             std::vector<double>{static_cast<double>(d.max_at.x), static_cast<double>(d.max_at.y)});
    json.Add("differing_percent", d.differing_percent);
  }
  if (image.faces >= 0) json.Add("faces", image.faces);
  if (!image.message.empty()) json.Add("message", image.message);
  return json;
}

}  // namespace

std::string CompareJsonLines(const std::vector<ComparedImage>& images) {
  std::string lines;
  for (const ComparedImage& image : images) lines += ImageJson(image).ToString() + "\n";
  const CompareTotals totals = CountOutcomes(images);
  JsonObject summary;
  summary.Add("type", "summary").Add("within", totals.within);
  summary.Add("differing", totals.differing).Add("failed", totals.failed);
  return lines + summary.ToString() + "\n";
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
      rows.push_back({Printable(image.relative.string()), Fixed(d.psnr, 2), Fixed(d.ssim, 4),
                      Fixed(d.max_diff, 1), at, Printable(result)});
    } else {
      rows.push_back({Printable(image.relative.string()), "", "", "", "", Printable(result)});
    }
  }
  return rows.size() == 1 ? "" : AlignedTable(rows, /*last_left=*/true);
}

}  // namespace facedeblur
