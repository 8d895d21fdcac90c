#pragma once

namespace facedeblur {

/// The program's version, "major.minor.patch", from the project() call of the build.
const char* Version();

}  // namespace facedeblur
