#include "facedeblur/image/image_files.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

#include "facedeblur/util/error.h"
#include "support.h"

namespace facedeblur {
namespace {

namespace fs = std::filesystem;
using testing::TempFolder;
using testing::WriteText;
using Names = std::vector<std::string>;

/// A walk written down: images as they are told, and "!folder" for those that cannot be read.
struct Walk {
  Names told;
  std::size_t others = 0;
};

Walk WalkFolder(const fs::path& root, const std::function<bool(const fs::path&)>& enters = {}) {
  Walk walk;
  ImageFileVisitor visitor;
  visitor.enters = enters;
  visitor.on_image = [&](const fs::path& folder, const fs::path& below, const std::string& name) {
    EXPECT_EQ((folder / name).lexically_relative(root), below / name);
    walk.told.push_back((below / name).string());
  };
  visitor.on_unreadable = [&](const fs::path& folder, const std::string& why) {
    EXPECT_FALSE(why.empty());
    walk.told.push_back("!" + folder.lexically_relative(root).string());
  };
  walk.others = WalkImageFiles(root, visitor);
  return walk;
}

TEST(WalkImageFiles, TakesImagesByTheirExtensionSortedInEachFolder) {
  const TempFolder folder;
  for (const char* name : {"b.jpg", "a.PNG", "b/2.tif", "b/1.webp", "c.ppm", "b.txt", "b/none"}) {
    WriteText(folder / name, "whatever it holds");
  }
  const Walk walk = WalkFolder(folder.path());
  EXPECT_EQ(walk.told, (Names{"a.PNG", "b/1.webp", "b/2.tif", "b.jpg", "c.ppm"}));
  EXPECT_EQ(walk.others, 2U);
}

TEST(WalkImageFiles, LeavesHiddenOnesOut) {
  const TempFolder folder;
  for (const char* name : {"a.jpg", "._a.jpg", ".hidden/b.jpg", ".notes"}) {
    WriteText(folder / name, "x");
  }
  const Walk walk = WalkFolder(folder.path());
  EXPECT_EQ(walk.told, Names{"a.jpg"});
  EXPECT_EQ(walk.others, 0U);
}

TEST(WalkImageFiles, FollowsLinksToFilesOnly) {
  const TempFolder folder;
  WriteText(folder / "sub/a.jpg", "x");
  fs::create_symlink(folder / "sub/a.jpg", folder / "link.jpg");
  fs::create_symlink(folder / "nowhere", folder / "dangling.jpg");
  fs::create_directory_symlink(folder.path(), folder / "sub/circle");
  fs::create_directory_symlink(folder / "sub", folder / "folder.jpg");
  EXPECT_EQ(WalkFolder(folder.path()).told, (Names{"dangling.jpg", "link.jpg", "sub/a.jpg"}))
      << "a link that leads nowhere is for the reader to tell";
}

TEST(WalkImageFiles, EntersWhatTheVisitorWants) {
  const TempFolder folder;
  for (const char* name : {"a/x.jpg", "b/x.jpg", "b/a/x.jpg"}) WriteText(folder / name, "x");
  const auto not_a = [](const fs::path& sub) { return sub.filename() != "a"; };
  EXPECT_EQ(WalkFolder(folder.path(), not_a).told, Names{"b/x.jpg"});
}

TEST(WalkImageFiles, AFolderThatCannotBeReadIsToldAndItsSiblingsGoOn) {
  const TempFolder folder;
  for (const char* name : {"a/x.jpg", "b/x.jpg", "c/x.jpg"}) WriteText(folder / name, "x");
  fs::permissions(folder / "b", fs::perms::none);
  if (::access((folder / "b").c_str(), R_OK) == 0)
    GTEST_SKIP() << "no folder is closed to this user";
  EXPECT_EQ(WalkFolder(folder.path()).told, (Names{"a/x.jpg", "!b", "c/x.jpg"}));
  EXPECT_THROW(ListImageFiles(folder.path()), Error);
  fs::permissions(folder / "b", fs::perms::owner_all);
}

TEST(WalkImageFiles, AFolderThatIsNotThereIsTold) {
  const TempFolder folder;
  EXPECT_EQ(WalkFolder(folder / "missing").told, Names{"!."});
}

TEST(ListImageFiles, GivesWholePathsInTheirOrder) {
  const TempFolder folder;
  for (const char* name : {"b.jpg", "a/z.png", "a.jpg", "text"}) WriteText(folder / name, "x");
  EXPECT_EQ(ListImageFiles(folder.path()),
            (std::vector<fs::path>{folder / "a/z.png", folder / "a.jpg", folder / "b.jpg"}));
}

TEST(ListImageFiles, NamesAFolderThatIsNotThere) {
  const TempFolder folder;
  try {
    ListImageFiles(folder / "missing");
    FAIL() << "there is nothing to list";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInput);
    EXPECT_NE(std::string(error.what()).find((folder / "missing").string()), std::string::npos);
  }
}

}  // namespace
}  // namespace facedeblur
