#include "facedeblur/image/contact_sheet.h"

#include <algorithm>
#include <opencv2/imgproc.hpp>

#include "facedeblur/image/sample_depth.h"
#include "facedeblur/util/error.h"

namespace facedeblur {
namespace {

constexpr int kGap = 4;
constexpr int kTitleHeight = 28;

cv::Mat ToBgr(const cv::Mat& image) {
  cv::Mat eight_bits = ToEightBits(image);
  if (eight_bits.channels() == 3) return eight_bits;
  cv::Mat bgr;
  cv::cvtColor(eight_bits, bgr, cv::COLOR_GRAY2BGR);
  return bgr;
}

cv::Mat FitIntoCell(const cv::Mat& image, int cell) {
  cv::Mat fitted;
  const int longest = std::max(image.cols, image.rows);
  if (longest > cell) {
    const double scale = static_cast<double>(cell) / longest;
    cv::resize(image, fitted, {}, scale, scale, cv::INTER_AREA);
  } else {
    const int factor = cell / longest;
    cv::resize(image, fitted, {}, factor, factor, cv::INTER_NEAREST);
  }
  return fitted;
}

void DrawRow(const SheetRow& row, int top, int cell, cv::Mat* sheet) {
  cv::putText(*sheet, row.title, {kGap, top + kTitleHeight - 9}, cv::FONT_HERSHEY_SIMPLEX, 0.6,
              cv::Scalar::all(0), 1, cv::LINE_AA);
  int left = kGap;
  for (const cv::Mat& image : row.cells) {
    const cv::Mat fitted = FitIntoCell(ToBgr(image), cell);
    const cv::Point at(left + (cell - fitted.cols) / 2,
                       top + kTitleHeight + (cell - fitted.rows) / 2);
    fitted.copyTo((*sheet)(cv::Rect(at, fitted.size())));
    left += cell + kGap;
  }
}

}  // namespace

cv::Mat MakeContactSheet(const std::vector<SheetRow>& rows, int cell_size) {
  std::size_t columns = 0;
  for (const SheetRow& row : rows) columns = std::max(columns, row.cells.size());
  if (columns == 0) throw Error(ErrorKind::kUsage, "a contact sheet of no images");
  const int row_height = kTitleHeight + cell_size + kGap;
  cv::Mat sheet(static_cast<int>(rows.size()) * row_height,
                static_cast<int>(columns) * (cell_size + kGap) + kGap, CV_8UC3,
                cv::Scalar::all(255));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    DrawRow(rows[i], static_cast<int>(i) * row_height, cell_size, &sheet);
  }
  return sheet;
}

cv::Mat KernelImage(const cv::Mat& kernel) {
  double high = 0;
  cv::minMaxLoc(kernel, nullptr, &high);
  return high > 0 ? cv::Mat(kernel / high) : kernel.clone();
}

}  // namespace facedeblur
