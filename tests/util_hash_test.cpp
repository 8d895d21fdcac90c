#include <gtest/gtest.h>

#include "facedeblur/util/hash.h"

namespace facedeblur {
namespace {

TEST(Fnv1a, AgreesWithThePublishedVectors) {
  EXPECT_EQ(Fnv1a(""), 0xCBF29CE484222325ULL);
  EXPECT_EQ(Fnv1a("a"), 0xAF63DC4C8601EC8CULL);
  EXPECT_EQ(Fnv1a("foobar"), 0x85944171F73967E8ULL);
}

TEST(Fnv1a, BytesHaveNoSign) { EXPECT_EQ(Fnv1a("\xFF"), 0xAF64724C8602EB6EULL); }

}  // namespace
}  // namespace facedeblur
