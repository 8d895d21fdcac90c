#include "facedeblur/gallery/gallery.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "facedeblur/gallery/gallery_images.h"
#include "facedeblur/image/codec.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/file_io.h"
#include "support.h"

namespace facedeblur {
namespace {

namespace fs = std::filesystem;
using testing::ListFiles;
using testing::MakeTestImage;
using testing::TempFolder;
using testing::WriteText;

std::string Text(const fs::path& file) {
  const Bytes bytes = ReadFile(file);
  return {bytes.begin(), bytes.end()};
}

std::vector<std::string> Lines(const fs::path& folder) {
  std::istringstream text(Text(folder / "photos.js"));
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

std::unique_ptr<Gallery> Open(const fs::path& folder, GalleryStart start = GalleryStart::kNew) {
  return std::make_unique<Gallery>(folder, GalleryKind::kRestore, start);
}

ErrorKind KindOfFailure(const fs::path& folder, GalleryStart start,
                        GalleryKind kind = GalleryKind::kRestore) {
  try {
    const Gallery gallery(folder, kind, start);
  } catch (const Error& error) {
    return error.kind();
  }
  ADD_FAILURE() << "the gallery was opened";
  return ErrorKind::kInput;
}

TEST(Gallery, IsAPageWithALineForEachEntry) {
  const TempFolder folder;
  const fs::path place = folder / "new/gallery";
  const auto gallery = Open(place);
  gallery->AddRun({{"version", "1"}});
  gallery->AddPhoto({{"id", "a"}});
  EXPECT_EQ(Lines(place),
            (std::vector<std::string>{"gallery(\"restore\");", R"(run({"version":"1"});)",
                                      R"(photo({"id":"a"});)"}))
      << "complete while the run goes on";
  EXPECT_NE(Text(place / "index.html").find("<script src=\"photos.js\">"), std::string::npos);
  gallery->AddDone({{"wall_seconds", 2}});
  EXPECT_EQ(Lines(place).back(), R"(done({"wall_seconds":2});)");
  EXPECT_NO_THROW(gallery->RequireIntact());
}

TEST(Gallery, NothingIsWrittenWhereNoneWasAskedFor) {
  const auto gallery = Open({});
  EXPECT_FALSE(gallery->wanted());
  gallery->AddPhoto({{"id", "a"}});
  EXPECT_NO_THROW(gallery->RequireIntact());
}

TEST(Gallery, AnyNameIsOneLineOfPlainAscii) {
  const TempFolder folder;
  const std::string name = "q\"'\\ </script> \n\r caf\xc3\xa9 \xe9 \xe2\x80\xa8.jpg";
  Open(folder.path())->AddPhoto({{"input", name}});
  const std::vector<std::string> lines = Lines(folder.path());
  ASSERT_EQ(lines.size(), 2U);
  const std::string& line = lines[1];
  EXPECT_TRUE(std::all_of(line.begin(), line.end(), [](char c) { return c >= ' ' && c <= '~'; }));
  EXPECT_EQ(line.find('<'), std::string::npos);
  const std::string call = "photo(";
  ASSERT_EQ(line.substr(0, call.size()), call);
  const Json json = Json::parse(line.substr(call.size(), line.size() - call.size() - 2));
  EXPECT_EQ(json["input"], "q\"'\\ </script> \n\r caf\xc3\xa9 \xef\xbf\xbd \xe2\x80\xa8.jpg")
      << "what is no UTF-8 becomes U+FFFD";
}

TEST(Gallery, ALineCutShortIsACommentAndIsLeftBehind) {
  const TempFolder folder;
  Open(folder.path())->AddPhoto({{"id", "a"}});
  WriteText(folder / "photos.js", Text(folder / "photos.js") + R"(//oto({"id":"cut)");
  Open(folder.path(), GalleryStart::kAppend)->AddPhoto({{"id", "b"}});
  EXPECT_EQ(Lines(folder.path()),
            (std::vector<std::string>{"gallery(\"restore\");", R"(photo({"id":"a"});)",
                                      R"(//oto({"id":"cut)", R"(photo({"id":"b"});)"}));
}

TEST(Gallery, OneThatIsThereIsRefusedReplacedOrAddedTo) {
  const TempFolder folder;
  Open(folder.path())->AddPhoto({{"id", "a"}});
  EXPECT_EQ(KindOfFailure(folder.path(), GalleryStart::kNew), ErrorKind::kUsage);
  Open(folder.path(), GalleryStart::kAppend)->AddPhoto({{"id", "b"}});
  EXPECT_EQ(Lines(folder.path()).size(), 3U);

  const GalleryImages images(folder.path(), "photo.png", {}, {});
  images.WriteThumb("before", MakeTestImage({20, 10}, CV_8UC3));
  WriteText(folder / "thumbs/holiday.jpg", "not ours");
  Open(folder.path(), GalleryStart::kReplace);
  EXPECT_EQ(Lines(folder.path()).size(), 1U);
  EXPECT_EQ(ListFiles(folder / "thumbs"), (std::vector<std::string>{"holiday.jpg"}));
}

TEST(Gallery, FilesOfOthersStayAsTheyAre) {
  for (const char* name : {"index.html", "photos.js"}) {
    const TempFolder folder;
    WriteText(folder / name, "mine");
    EXPECT_EQ(KindOfFailure(folder.path(), GalleryStart::kReplace), ErrorKind::kUsage);
    EXPECT_EQ(Text(folder / name), "mine");
    EXPECT_EQ(ListFiles(folder.path()).size(), 1U);
  }
  const TempFolder folder;
  Open(folder.path());
  EXPECT_EQ(KindOfFailure(folder.path(), GalleryStart::kReplace, GalleryKind::kCompare),
            ErrorKind::kUsage)
      << "the gallery of another command";
}

TEST(Gallery, TwoRunsDoNotShareOne) {
  const TempFolder folder;
  const auto gallery = Open(folder.path());
  EXPECT_EQ(KindOfFailure(folder.path(), GalleryStart::kAppend), ErrorKind::kUsage);
}

TEST(GalleryId, IsOfThePathAlone) {
  EXPECT_EQ(GalleryId("a/b.jpg"), GalleryId("./a/../a/b.jpg"));
  EXPECT_EQ(GalleryId("b.jpg"), GalleryId(fs::current_path() / "b.jpg"));
  EXPECT_NE(GalleryId("a/b.jpg"), GalleryId("b.jpg"));
  EXPECT_EQ(GalleryId("\xff\n\".jpg").find_first_not_of("0123456789abcdef"), std::string::npos);
}

TEST(GalleryImages, AreSmallInTheListAndWholeInFull) {
  const TempFolder folder;
  const fs::path photo = folder / "p.png";
  const GalleryImages images(folder / "g", photo, {fs::perms(0600), {}}, {});
  images.WritePhoto("before", MakeTestImage({1000, 500}, CV_16UC4));
  images.WriteKernel(2, cv::Mat::ones(27, 27, CV_32F) / (27 * 27));
  images.WriteKernel(3, {});
  const std::string id = GalleryId(photo);
  EXPECT_EQ(ListFiles(folder / "g"),
            (std::vector<std::string>{"faces/" + id + "-2-kernel.png", "full/" + id + "-before.jpg",
                                      "thumbs/" + id + "-before.jpg"}));
  std::string warning;
  const auto decode = [&](const std::string& name) {
    return DecodeImage(ReadFile(folder / name), {}, &warning).pixels;
  };
  EXPECT_EQ(decode("g/thumbs/" + id + "-before.jpg").size(), cv::Size(320, 160));
  const cv::Mat full = decode("g/full/" + id + "-before.jpg");
  EXPECT_EQ(full.size(), cv::Size(1000, 500));
  EXPECT_EQ(full.type(), CV_8UC3);
  EXPECT_EQ(cv::norm(decode("g/faces/" + id + "-2-kernel.png"), cv::NORM_INF), 255);
  EXPECT_EQ(
      fs::status(folder / ("g/full/" + id + "-before.jpg")).permissions() & fs::perms::others_all,
      fs::perms::none)
      << "no more people may read it than the photo";
}

TEST(GalleryImages, AreAsLargeAsJpegCanBe) {
  const TempFolder folder;
  const GalleryImages images(folder.path(), "p.png", {}, {});
  images.WritePhoto("before", cv::Mat::zeros(16, 66000, CV_8UC1));
  std::string warning;
  const Bytes file = ReadFile(folder / ("full/" + GalleryId("p.png") + "-before.jpg"));
  EXPECT_EQ(DecodeImage(file, {}, &warning).pixels.cols, 65500);
}

}  // namespace
}  // namespace facedeblur
