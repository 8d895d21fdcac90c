#include <gtest/gtest.h>

#include <exiv2/exiv2.hpp>
#include <string>

#include "facedeblur/image/codec.h"
#include "facedeblur/image/metadata.h"
#include "facedeblur/image/orientation.h"
#include "facedeblur/util/version.h"
#include "image/exiv2_api.h"
#include "support.h"

namespace facedeblur {
namespace {

using testing::MakeTestImage;

Bytes FakeProfile() { return testing::FakeProfile("RGB "); }

Bytes TagOnce(const Bytes& file, int orientation) {
  const Exiv2Image image = OpenWithExiv2(file);
  Exiv2::ExifData exif = image->exifData();  // a TIFF has structure in there
  exif["Exif.Image.Orientation"] = static_cast<std::uint16_t>(orientation);
  exif["Exif.Image.Make"] = std::string("Tester");
  exif["Exif.Photo.DateTimeOriginal"] = std::string("2026:01:02 03:04:05");
  exif["Exif.Photo.PixelXDimension"] = std::uint32_t{1};
  image->setExifData(exif);
  Exiv2::XmpData xmp;
  xmp["Xmp.dc.creator"] = std::string("Somebody");
  image->setXmpData(xmp);
  SetIccProfile(FakeProfile(), image.get());
  image->writeMetadata();
  return FileOf(image.get());
}

/// Twice, because Exiv2 0.27 gives a WebP its profile only once the extended header is there.
Bytes Tag(const Bytes& file, int orientation) {
  return TagOnce(TagOnce(file, orientation), orientation);
}

struct Found {
  std::string make, date, creator, software;
  std::int64_t orientation = 0, width = 0;
  Bytes icc;
};

Found Inspect(const Bytes& file) {
  const Exiv2Image image = OpenWithExiv2(file);
  Found found;
  Exiv2::ExifData& exif = image->exifData();
  found.make = exif["Exif.Image.Make"].toString();
  found.date = exif["Exif.Photo.DateTimeOriginal"].toString();
  found.software = exif["Exif.Image.Software"].toString();
  found.orientation = ToInteger(exif["Exif.Image.Orientation"]);
  found.width = ToInteger(exif["Exif.Photo.PixelXDimension"]);
  found.creator = image->xmpData()["Xmp.dc.creator"].toString();
  found.icc = GetIccProfile(*image);
  return found;
}

class MetadataTest : public ::testing::TestWithParam<ImageFormat> {};

TEST_P(MetadataTest, TravelsFromInputToOutput) {
  Image plain;
  plain.pixels = MakeTestImage({48, 32}, CV_8UC3);
  const Bytes source = Tag(EncodeImage(plain, {GetParam(), 0}), 6);
  std::string warning;
  const Image image = DecodeImage(source, {}, &warning);
  EXPECT_EQ(warning, "");
  EXPECT_EQ(image.pixels.size(), cv::Size(32, 48)) << "orientation 6 stands the image up";
  const Found found = Inspect(EncodeImage(image, {}));
  EXPECT_EQ(found.make, "Tester");
  EXPECT_EQ(found.date, "2026:01:02 03:04:05");
  EXPECT_EQ(found.creator, "Somebody");
  EXPECT_EQ(found.orientation, 1);
  EXPECT_EQ(found.width, 32);
  EXPECT_EQ(found.icc, FakeProfile());
  EXPECT_EQ(found.software, "") << "this program names itself only with a history";
}

std::string XmpText(const Bytes& file, const std::string& key) {
  const Exiv2Image image = OpenWithExiv2(file);
  const auto found = image->xmpData().findKey(Exiv2::XmpKey("Xmp.xmpMM." + key));
  return found == image->xmpData().end() ? "" : found->toString();
}

const std::string kProgram = std::string("facedeblur ") + Version();

TEST_P(MetadataTest, HistoryIsAddedBesideAllElse) {
  Image plain;
  plain.pixels = MakeTestImage({48, 32}, CV_8UC3);
  const Bytes source = Tag(EncodeImage(plain, {GetParam(), 0}), 6);
  std::string warning;
  Image image = DecodeImage(source, {}, &warning);
  EXPECT_EQ(XmpText(EncodeImage(image, {}), "History[1]/stEvt:action"), "");
  image.metadata = image.metadata.WithHistory("2 faces");
  const Bytes written = EncodeImage(image, {});
  EXPECT_EQ(XmpText(written, "History[1]/stEvt:action"), "edited");
  EXPECT_EQ(XmpText(written, "History[1]/stEvt:softwareAgent"), kProgram);
  EXPECT_EQ(XmpText(written, "History[1]/stEvt:parameters"), "2 faces");
  const Found found = Inspect(written);
  EXPECT_EQ(found.software, kProgram);
  EXPECT_EQ(found.make, "Tester");
  EXPECT_EQ(found.date, "2026:01:02 03:04:05");
  EXPECT_EQ(found.creator, "Somebody");
  EXPECT_EQ(found.icc, FakeProfile());
  EXPECT_EQ(written, EncodeImage(image, {})) << "no time in it";
}

TEST_P(MetadataTest, HistoryIsContinued) {
  Image image;
  image.pixels = MakeTestImage({48, 32}, CV_8UC3);
  std::string warning;
  for (const char* step : {"first", "second", "third"}) {
    image.metadata = image.metadata.WithHistory(step);
    image = DecodeImage(EncodeImage(image, {GetParam(), 0}), {}, &warning);
  }
  const Bytes written = EncodeImage(image, {});
  EXPECT_EQ(XmpText(written, "History[1]/stEvt:parameters"), "first");
  EXPECT_EQ(XmpText(written, "History[2]/stEvt:parameters"), "second");
  EXPECT_EQ(XmpText(written, "History[3]/stEvt:parameters"), "third");
  EXPECT_EQ(XmpText(written, "History[4]/stEvt:action"), "");
}

TEST_P(MetadataTest, HistoryIsTakenByAnImageWithoutMetadata) {
  Image image;
  image.pixels = MakeTestImage({48, 32}, CV_8UC3);
  const Bytes plain = EncodeImage(image, {GetParam(), 0});
  image.metadata = image.metadata.WithHistory("1 face");
  const Bytes written = EncodeImage(image, {GetParam(), 0});
  EXPECT_EQ(XmpText(written, "History[1]/stEvt:parameters"), "1 face");
  EXPECT_EQ(Inspect(written).software, kProgram);
  std::string warning;
  const cv::Mat before = DecodeImage(plain, {}, &warning).pixels;
  const cv::Mat after = DecodeImage(written, {}, &warning).pixels;
  EXPECT_EQ(warning, "");
  EXPECT_EQ(cv::norm(before, after, cv::NORM_INF), 0);
}

TEST_P(MetadataTest, TheCamerasSoftwareStays) {
  Image plain;
  plain.pixels = MakeTestImage({48, 32}, CV_8UC3);
  const Bytes untagged = EncodeImage(plain, {GetParam(), 0});
  const Exiv2Image tagged = OpenWithExiv2(untagged);
  Exiv2::ExifData exif = tagged->exifData();
  exif["Exif.Image.Software"] = std::string("Camera 1.2");
  tagged->setExifData(exif);
  tagged->writeMetadata();
  std::string warning;
  Image image = DecodeImage(FileOf(tagged.get()), {}, &warning);
  image.metadata = image.metadata.WithHistory("1 face");
  EXPECT_EQ(Inspect(EncodeImage(image, {})).software, "Camera 1.2");
}

TEST_P(MetadataTest, UprightPixelsAreRightForAllOrientations) {
  Image plain;
  plain.pixels = MakeTestImage({48, 32}, CV_8UC3);
  const Bytes untagged = EncodeImage(plain, {GetParam(), 0});
  std::string warning;
  const cv::Mat stored = DecodeImage(untagged, {}, &warning).pixels;
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const Image image = DecodeImage(Tag(untagged, orientation), {}, &warning);
    const cv::Mat expected = ToUpright(stored, orientation);
    ASSERT_EQ(image.pixels.size(), expected.size()) << orientation;
    EXPECT_EQ(cv::norm(image.pixels, expected, cv::NORM_INF), 0) << orientation;
  }
}

TEST_P(MetadataTest, GoesAlongIntoEveryOtherFormat) {
  Image plain;
  plain.pixels = MakeTestImage({48, 32}, CV_8UC3);
  const Bytes source = Tag(EncodeImage(plain, {GetParam(), 0}), 3);
  std::string warning;
  const Image image = DecodeImage(source, {}, &warning);
  for (const ImageFormat format :
       {ImageFormat::kJpeg, ImageFormat::kPng, ImageFormat::kTiff, ImageFormat::kWebp}) {
    const Bytes written = EncodeImage(image, {format, 0});
    const Found found = Inspect(written);
    EXPECT_EQ(found.make, "Tester") << FormatName(format);
    EXPECT_EQ(found.icc, FakeProfile()) << FormatName(format);
    const Image again = DecodeImage(written, {}, &warning);
    EXPECT_EQ(again.pixels.size(), image.pixels.size()) << FormatName(format);
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, MetadataTest,
                         ::testing::Values(ImageFormat::kJpeg, ImageFormat::kPng,
                                           ImageFormat::kTiff, ImageFormat::kWebp));

/// A JPEG whose XMP tells what a phone put behind the photo.
Bytes PhonePhoto(const std::string& property) {
  Image plain;
  plain.pixels = MakeTestImage({48, 32}, CV_8UC3);
  const Bytes untagged = EncodeImage(plain, {ImageFormat::kJpeg, 0});
  const Exiv2Image tagged = OpenWithExiv2(untagged);
  tagged->setXmpPacket(
      "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF "
      "xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description rdf:about='' "
      "xmlns:hdrgm='http://ns.adobe.com/hdr-gain-map/1.0/' "
      "xmlns:GCamera='http://ns.google.com/photos/1.0/camera/' "
      "xmlns:dc='http://purl.org/dc/elements/1.1/' dc:source='A phone' " +
      property + "/></rdf:RDF></x:xmpmeta>");
  tagged->writeXmpFromPacket(true);
  tagged->writeMetadata();
  return FileOf(tagged.get());
}

TEST(Metadata, WhatFollowsAPhonesPhotoIsToldAndNoLongerClaimed) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"hdrgm:Version=\"1.0\"", "gain map"}, {"GCamera:MotionPhoto=\"1\"", "motion video"}};
  for (const auto& [property, note] : cases) {
    std::string warning;
    const Image image = DecodeImage(PhonePhoto(property), {}, &warning);
    EXPECT_NE(warning.find(note), std::string::npos) << warning;
    for (const ImageFormat format : {ImageFormat::kJpeg, ImageFormat::kPng}) {
      const Bytes written = EncodeImage(image, {format, 0});
      const std::string text(written.begin(), written.end());
      EXPECT_EQ(text.find(property.substr(0, property.find('='))), std::string::npos);
      EXPECT_NE(text.find("A phone"), std::string::npos) << "the rest travels";
    }
  }
  std::string warning;
  DecodeImage(PhonePhoto("dc:format=\"image/jpeg\""), {}, &warning);
  EXPECT_EQ(warning, "");
}

TEST(Metadata, PreviewsOfATiffAreLeftOut) {
  Image plain;
  plain.pixels = MakeTestImage({48, 32}, CV_8UC3);
  const Bytes untagged = EncodeImage(plain, {ImageFormat::kTiff, 0});
  const Exiv2Image tagged = OpenWithExiv2(untagged);
  Exiv2::ExifData exif = tagged->exifData();
  exif["Exif.Image.Make"] = std::string("Tester");
  exif["Exif.SubImage1.NewSubfileType"] = std::uint32_t{1};
  exif["Exif.SubImage1.ImageWidth"] = std::uint32_t{24};
  tagged->setExifData(exif);
  tagged->writeMetadata();
  const Bytes source = FileOf(tagged.get());
  const Exiv2Image before = OpenWithExiv2(source);
  ASSERT_NE(before->exifData().findKey(Exiv2::ExifKey("Exif.SubImage1.ImageWidth")),
            before->exifData().end());
  std::string warning;
  const Bytes written = EncodeImage(DecodeImage(source, {}, &warning), {});
  const Exiv2Image after = OpenWithExiv2(written);
  for (const char* key : {"Exif.SubImage1.ImageWidth", "Exif.Image.SubIFDs"}) {
    EXPECT_EQ(after->exifData().findKey(Exiv2::ExifKey(key)), after->exifData().end()) << key;
  }
  EXPECT_EQ(after->exifData()["Exif.Image.Make"].toString(), "Tester");
}

TEST(Metadata, IsDroppedForFormatsWithoutAny) {
  Image plain;
  plain.pixels = MakeTestImage({16, 16}, CV_8UC3);
  std::string warning;
  const Image tagged =
      DecodeImage(Tag(EncodeImage(plain, {ImageFormat::kPng, 0}), 1), {}, &warning);
  ASSERT_FALSE(tagged.metadata.empty());
  for (const ImageFormat format : {ImageFormat::kBmp, ImageFormat::kPnm}) {
    const Bytes file = EncodeImage(tagged, {format, 0});
    EXPECT_EQ(file, EncodeImage(plain, {format, 0}));
    EXPECT_TRUE(DecodeImage(file, {}, &warning).metadata.empty());
  }
}

TEST(Metadata, HistoryGivesWayToWhatLeavesItNoRoom) {
  Image plain;
  plain.pixels = MakeTestImage({16, 16}, CV_8UC3);
  const Bytes untagged = EncodeImage(plain, {ImageFormat::kJpeg, 0});
  Bytes full;  // the XMP that a JPEG has just room for
  std::size_t length = 66000;
  for (; full.empty(); length -= 20) {
    const Exiv2Image image = OpenWithExiv2(untagged);
    Exiv2::XmpData xmp;
    xmp["Xmp.dc.source"] = std::string(length, 'x');
    image->setXmpData(xmp);
    try {
      image->writeMetadata();
      full = FileOf(image.get());
    } catch (const std::exception&) {
      continue;
    }
  }
  std::string warning;
  Image image = DecodeImage(full, {}, &warning);
  image.metadata = image.metadata.WithHistory("1 face");
  const Bytes written = EncodeImage(image, {});
  EXPECT_EQ(XmpText(written, "History[1]/stEvt:action"), "");
  EXPECT_EQ(Metadata::Read(written).empty(), false);
  EXPECT_EQ(Inspect(written).software, "");
}

TEST(Metadata, ImagesWithoutAnyGetNone) {
  Image plain;
  plain.pixels = MakeTestImage({16, 16}, CV_8UC3);
  EXPECT_TRUE(Metadata::Read(EncodeImage(plain, {ImageFormat::kJpeg, 0})).empty());
}

}  // namespace
}  // namespace facedeblur
