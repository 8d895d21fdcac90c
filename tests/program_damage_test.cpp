// A large folder with every kind of damage among its images, as the program meets it.

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "facedeblur/image/codec.h"
#include "facedeblur/util/error.h"
#include "support.h"

namespace facedeblur {
namespace {

using testing::ListFiles;
using testing::MakeTestImage;
using testing::RunProgram;
using testing::TempFolder;
using testing::WriteBytes;

constexpr int kImages = 2000;

struct Damage {
  std::string name;
  std::function<Bytes(const Bytes&)> apply;
};

Bytes First(const Bytes& bytes, std::size_t count) {
  return {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count)};
}

const std::vector<Damage>& Damages() {
  static const std::vector<Damage> damages = {
      {"empty", [](const Bytes&) { return Bytes(); }},
      {"one_byte", [](const Bytes& b) { return First(b, 1); }},
      {"magic_only", [](const Bytes& b) { return First(b, 3); }},
      {"quarter", [](const Bytes& b) { return First(b, b.size() / 4); }},
      {"half", [](const Bytes& b) { return First(b, b.size() / 2); }},
      {"three_quarters", [](const Bytes& b) { return First(b, b.size() * 3 / 4); }},
      {"tail_cut", [](const Bytes& b) { return First(b, b.size() - 8); }},
      {"no_image", [](const Bytes& b) { return Bytes(b.size(), 0x20); }},
  };
  return damages;
}

TEST(Program, TwoThousandImagesWithEveryKindOfDamage) {
  const TempFolder folder;
  const std::vector<ImageFormat> known = {
      ImageFormat::kJpeg, ImageFormat::kPng,  ImageFormat::kTiff,
      ImageFormat::kWebp, ImageFormat::kBmp,  ImageFormat::kPnm,
      ImageFormat::kHeic, ImageFormat::kAvif, ImageFormat::kJxl};
  std::vector<ImageFormat> formats;
  std::vector<Bytes> whole;
  for (const ImageFormat format : known) {
    Image image;
    image.pixels = MakeTestImage({64, 48}, CV_8UC3);
    try {
      whole.push_back(EncodeImage(image, {format, 90}));
      formats.push_back(format);
    } catch (const Error&) {  // built without its library
      ASSERT_GE(formats.size(), 6U);
    }
  }
  const std::size_t kinds = formats.size() * Damages().size();
  ASSERT_GE(kinds, 40U);
  std::set<std::string> kinds_made;
  std::vector<std::string> bad;
  std::map<std::string, Bytes> good;
  for (int i = 0; i < kImages; ++i) {
    const auto n = static_cast<std::size_t>(i);
    // One in ten is damaged, every format in every way.
    const bool is_bad = i % 10 == 7;
    const std::size_t format = (is_bad ? n / 10 : n) % formats.size();
    const Damage& damage = Damages()[n / 10 / formats.size() % Damages().size()];
    const std::string name = std::to_string(i / 100) + "/" + std::to_string(10000 + i) +
                             (is_bad ? "_" + damage.name : "") + FormatExtension(formats[format]);
    const Bytes bytes = is_bad ? damage.apply(whole[format]) : whole[format];
    WriteBytes(folder / ("in/" + name), bytes);
    if (is_bad) {
      bad.push_back(name);
      kinds_made.insert(damage.name + FormatExtension(formats[format]));
    } else {
      good[name] = bytes;
    }
  }
  ASSERT_EQ(kinds_made.size(), kinds);
  const auto result = RunProgram({"-q", (folder / "in").string(), (folder / "out").string()});
  EXPECT_EQ(result.exit_code, 1);
  for (const std::string& name : bad) {
    EXPECT_NE(result.errors.find("/in/" + name + ": "), std::string::npos) << name;
  }
  EXPECT_EQ(static_cast<std::size_t>(std::count(result.errors.begin(), result.errors.end(), '\n')),
            bad.size())
      << "one line for each";
  const std::vector<std::string> written = ListFiles(folder / "out");
  EXPECT_EQ(written.size(), good.size()) << "nothing else is there";
  for (const auto& [name, bytes] : good) {
    EXPECT_EQ(ReadFile(folder / "out" / name), bytes) << name;
  }
}

}  // namespace
}  // namespace facedeblur
