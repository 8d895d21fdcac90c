#include <gtest/gtest.h>

#include "facedeblur/util/text.h"

namespace facedeblur {
namespace {

TEST(Text, ControlCharactersAreShown) {
  EXPECT_EQ(Printable("a\nb\x1B[31m\x7F"), "a\\x0Ab\\x1B[31m\\x7F");
  EXPECT_EQ(Printable("Z\xC3\xBCrich"), "Z\xC3\xBCrich");
}

TEST(Text, CountsHaveTheirNumber) {
  EXPECT_EQ(Counted(1, "face"), "1 face");
  EXPECT_EQ(Counted(0, "face"), "0 faces");
}

TEST(Text, NumbersHaveTheDecimalsAskedFor) {
  EXPECT_EQ(Fixed(2.5, 3), "2.500");
  EXPECT_EQ(Fixed(-0.126, 2), "-0.13");
  EXPECT_EQ(Fixed(12.6, 0), "13");
  EXPECT_EQ(Fixed(1e40, 1).size(), 43U) << "none is too long";
}

TEST(Text, XmlHasNoMarkupAndNoForbiddenCharacters) {
  EXPECT_EQ(XmlEscape("<a & \"b\">\n"), "&lt;a &amp; &quot;b&quot;&gt;&#10;");
  EXPECT_EQ(XmlEscape("\x01\xFF"), "\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(Text, TablesAreAligned) {
  EXPECT_EQ(AlignedTable({{"image", "dB", "result"}, {"a", "31.5", "ok"}}, true),
            "image    dB  result\na      31.5  ok\n");
  EXPECT_EQ(AlignedTable({{"", "n"}, {"x", "10"}}, false), "    n\nx  10\n");
}

}  // namespace
}  // namespace facedeblur
