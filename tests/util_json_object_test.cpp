#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "facedeblur/util/json_object.h"

namespace facedeblur {
namespace {

TEST(JsonObject, ObjectsKeepTheirOrder) {
  JsonObject inner;
  inner.Add("x", 0.1).Add("y", std::nan(""));
  JsonObject object;
  object.Add("name", "a").Add("count", 3).Add("yes", true).Add("inner", inner).AddNull("none");
  object.Add("list", std::vector<double>{1, 2.5}).Add("objects", std::vector<JsonObject>{inner});
  EXPECT_EQ(object.ToString(),
            R"({"name":"a","count":3,"yes":true,"inner":{"x":0.1,"y":null},"none":null,)"
            R"("list":[1,2.5],"objects":[{"x":0.1,"y":null}]})");
  EXPECT_EQ(JsonObject().ToString(), "{}");
}

TEST(JsonObject, NumbersReadBackAsTheyWere) {
  for (const double value : {1.0 / 3, 1e-300, -123456789.125, 0.0}) {
    JsonObject object;
    object.Add("v", value);
    EXPECT_EQ(std::stod(object.ToString().substr(5)), value);
  }
  EXPECT_EQ(JsonObject().Add("v", std::numeric_limits<double>::infinity()).ToString(),
            R"({"v":null})");
}

TEST(JsonObject, StringsAreEscaped) {
  EXPECT_EQ(JsonQuote("a\"b\\c\n\x01\x7F"), R"("a\"b\\c\u000a\u0001\u007f")");
  EXPECT_EQ(JsonQuote("Z\xC3\xBCrich \xF0\x9F\x98\x80"), "\"Z\xC3\xBCrich \xF0\x9F\x98\x80\"");
}

TEST(JsonObject, BytesThatAreNoUtf8AreReplaced) {
  const std::string bad = "\xEF\xBF\xBD";
  EXPECT_EQ(JsonQuote("a\xFFz"), "\"a" + bad + "z\"");
  EXPECT_EQ(JsonQuote("\xC3"), "\"" + bad + "\"");                      // cut short
  EXPECT_EQ(JsonQuote("\xC0\xAF"), "\"" + bad + bad + "\"");            // overlong
  EXPECT_EQ(JsonQuote("\xED\xA0\x80"), "\"" + bad + bad + bad + "\"");  // surrogate
}

}  // namespace
}  // namespace facedeblur
