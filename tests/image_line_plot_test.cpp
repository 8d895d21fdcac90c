#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <vector>

#include "facedeblur/image/line_plot.h"
#include "facedeblur/util/error.h"

namespace facedeblur {
namespace {

TEST(LinePlot, TicksAreRoundAndInside) {
  EXPECT_EQ(RoundTicks(0, 10, 5), (std::vector<double>{0, 2, 4, 6, 8, 10}));
  EXPECT_FALSE(std::signbit(RoundTicks(0, 10, 5)[0])) << "\"-0\" is no label";
  const auto ticks = RoundTicks(22.13, 26.9, 6);
  ASSERT_GE(ticks.size(), 4U);
  EXPECT_NEAR(ticks[0], 23, 1e-9);
  EXPECT_LE(ticks.back(), 26.9);
}

TEST(LinePlot, CurvesGoWhereTheirPointsAre) {
  // From the field's lower left to its upper right corner.
  const cv::Mat plot = DrawCurves("t", {{"up", {{2, -1}, {6, 7}}}});
  const cv::Rect field = PlotField();
  ASSERT_EQ(field & cv::Rect({0, 0}, plot.size()), field);
  const cv::Scalar scalar = CurveColour(0);
  const cv::Vec3b colour(static_cast<uchar>(scalar[0]), static_cast<uchar>(scalar[1]),
                         static_cast<uchar>(scalar[2]));
  for (const double part : {0.1, 0.25, 0.5, 0.8}) {
    const int x = cvRound(field.x + part * field.width);
    const int on_curve = cvRound(field.y + (1 - part) * field.height);
    for (int y = field.y; y < field.y + field.height; ++y) {
      if (y == on_curve) {
        EXPECT_EQ(plot.at<cv::Vec3b>(y, x), colour) << part;
      } else if (std::abs(y - on_curve) > 3) {
        EXPECT_NE(plot.at<cv::Vec3b>(y, x), colour) << part << ", " << y;
      }
    }
  }
  EXPECT_THROW(DrawCurves("t", {}), Error);
}

// A curve that is 0 everywhere lies at the bottom of a plot from 0 to 1.
TEST(LinePlot, ACurveOfZerosLiesAtTheBottom) {
  const cv::Mat zeros = DrawCurves("t", {{"zero", {{2, 0}, {6, 0}}}});
  const cv::Mat with_one = DrawCurves("t", {{"zero", {{2, 0}, {6, 0}}}, {"one", {{2, 1}, {2, 1}}}});
  const cv::Rect field = PlotField();
  const cv::Rect right(field.x + field.width / 2, field.y, field.width / 2 - 10, field.height + 30);
  EXPECT_EQ(cv::norm(zeros(right), with_one(right), cv::NORM_INF), 0);
}

}  // namespace
}  // namespace facedeblur
