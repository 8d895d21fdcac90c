#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "facedeblur/util/json.h"

namespace facedeblur {
namespace {

TEST(Json, ObjectsKeepTheirOrderOnOneLine) {
  const Json inner = {{"y", 0.1}, {"x", nullptr}};
  const Json json = {
      {"name", "a"}, {"count", 3}, {"yes", true}, {"inner", inner}, {"list", {1, 2}}};
  EXPECT_EQ(ToJsonLine(json),
            R"({"name":"a","count":3,"yes":true,"inner":{"y":0.1,"x":null},"list":[1,2]})");
}

TEST(Json, NumbersReadBackAsTheyWere) {
  for (const double value : {1.0 / 3, 1e-300, -123456789.125, 0.0, 5e-324}) {
    EXPECT_EQ(Json::parse(ToJsonLine({{"v", value}})).at("v").get<double>(), value);
  }
}

TEST(Json, NumbersThatJsonCannotHoldAreNull) {
  const double infinite = std::numeric_limits<double>::infinity();
  EXPECT_EQ(ToJsonLine({{"a", infinite}, {"b", -infinite}, {"c", std::nan("")}}),
            R"({"a":null,"b":null,"c":null})");
}

TEST(Json, AnyTextReadsBackAsItWas) {
  const std::string text = "a\"b\\c\n\r\t\x01\x7F Z\xC3\xBCrich \xF0\x9F\x98\x80";
  const std::string line = ToJsonLine({{"v", text}});
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_EQ(Json::parse(line).at("v").get<std::string>(), text);
}

TEST(Json, BytesThatAreNoUtf8AreReplaced) {
  const std::string bad = "\xEF\xBF\xBD";
  EXPECT_EQ(ToJsonLine(Json("a\xFFz")), "\"a" + bad + "z\"");
  EXPECT_EQ(ToJsonLine(Json("\xC3")), "\"" + bad + "\"");                      // cut short
  EXPECT_EQ(ToJsonLine(Json("\xC0\xAF")), "\"" + bad + bad + "\"");            // overlong
  EXPECT_EQ(ToJsonLine(Json("\xED\xA0\x80")), "\"" + bad + bad + bad + "\"");  // surrogate
}

}  // namespace
}  // namespace facedeblur
