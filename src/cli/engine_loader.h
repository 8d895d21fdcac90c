#pragma once

#include "facedeblur/engine/engine.h"

namespace facedeblur {

/// The engine, loaded by the first call, from lib/facedeblur beside the program's own folder. May
/// be called from any thread. Throws Error(kModel) when it cannot be loaded.
const Engine& LoadEngine();

}  // namespace facedeblur
