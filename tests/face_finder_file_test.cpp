#include <gtest/gtest.h>

#include <limits>

#include "facedeblur/face/finder_file.h"
#include "facedeblur/util/error.h"

namespace facedeblur {
namespace {

FinderFile Example() {
  return {"640 photos",
          "free",
          "most of them",
          {{0.5F, -2, 1e-30F}, {}, {7}},
          {{{"a", {1, 2}}, {"b", {}}}, {{"a", {3}}}},
          {0.75, 3.5, 0.9, -2}};
}

/// The message of the error that reading throws; empty where it throws none.
std::string WhyUnreadable(const Bytes& bytes) {
  try {
    ParseFinder(bytes);
    return "";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kModel);
    return error.what();
  }
}

TEST(FinderFile, ComesBackAsItWas) {
  const FinderFile before = Example();
  const FinderFile after = ParseFinder(SerializeFinder(before));
  EXPECT_EQ(after.training, before.training);
  EXPECT_EQ(after.license, before.license);
  EXPECT_EQ(after.figures, before.figures);
  EXPECT_EQ(after.sub_detectors, before.sub_detectors);
  EXPECT_EQ(after.landmark_networks, before.landmark_networks);
  EXPECT_EQ(after.odds.bias, before.odds.bias);
  EXPECT_EQ(after.odds.per_score, before.odds.per_score);
  EXPECT_EQ(after.odds.per_reading, before.odds.per_reading);
  EXPECT_EQ(after.odds.added, before.odds.added);
}

TEST(FinderFile, CutOffAnywhereItIsRefused) {
  const Bytes whole = SerializeFinder(Example());
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const Bytes part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
    EXPECT_NE(WhyUnreadable(part), "") << length;
  }
}

TEST(FinderFile, DamageAnywhereInItsNumbersIsSeen) {
  const Bytes whole = SerializeFinder(Example());
  constexpr std::size_t kNumbers = 7 * sizeof(float);
  for (std::size_t i = whole.size() - kNumbers; i < whole.size(); ++i) {
    Bytes damaged = whole;
    damaged[i] ^= 1;
    EXPECT_NE(WhyUnreadable(damaged).find("checksum"), std::string::npos) << i;
  }
}

TEST(FinderFile, OtherFilesAndVersionsAreToldApart) {
  EXPECT_NE(WhyUnreadable({'P', 'K'}).find("not a file of face detectors"), std::string::npos);
  Bytes newer = SerializeFinder(Example());
  newer[8] = 3;
  EXPECT_NE(WhyUnreadable(newer).find("version 3"), std::string::npos);
}

TEST(FinderFile, AreToldFromWeightsByTheirNames) {
  EXPECT_TRUE(IsFinderName(kFinderFile));
  EXPECT_TRUE(IsFinderName("models/another.dat"));
  EXPECT_FALSE(IsFinderName("face_finder.dat/weights.h5"));
  EXPECT_FALSE(IsFinderName("weights"));
}

TEST(FinderFile, NumbersThatAreNoneAreRefused) {
  FinderFile finder = Example();
  finder.sub_detectors[0][1] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_NE(WhyUnreadable(SerializeFinder(finder)), "");
}

}  // namespace
}  // namespace facedeblur
