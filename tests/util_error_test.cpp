#include <gtest/gtest.h>

#include <new>
#include <stdexcept>

#include "facedeblur/util/error.h"

namespace facedeblur {
namespace {

TEST(DescribeException, KeepsTheFirstLineOnly) {
  EXPECT_EQ(DescribeException(std::runtime_error("one\ntwo")), "one");
}

TEST(DescribeException, StripsOpenCvsPrefix) {
  const std::runtime_error error(
      "OpenCV(4.6.0) ./modules/x.cpp:12: error: (-215:Assertion failed) !empty() in function "
      "'f'\n");
  EXPECT_EQ(DescribeException(error), "!empty() in function 'f'");
}

TEST(DescribeException, NamesMemory) {
  EXPECT_EQ(DescribeException(std::bad_alloc()), "out of memory");
}

TEST(DescribeException, IsNeverEmpty) {
  EXPECT_EQ(DescribeException(std::runtime_error("")), "unknown error");
}

}  // namespace
}  // namespace facedeblur
