#include "facedeblur/util/json.h"

namespace facedeblur {

std::string ToJsonLine(const Json& json) {
  constexpr int kOneLine = -1;
  return json.dump(kOneLine, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

}  // namespace facedeblur
