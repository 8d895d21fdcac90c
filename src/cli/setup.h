#pragma once

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <filesystem>
#include <memory>
#include <string>

#include "facedeblur/face/detector.h"

namespace facedeblur {

/// What the commands beside `restore` begin with: logging, signal handlers, and one thread for each
/// operation of OpenCV.
void PrepareCommand();

/// The face detector with its landmark model. Throws Error(kModel).
std::unique_ptr<FaceDetector> LoadDetector(const std::filesystem::path& models);

/// `asked` where it is positive, or else one for each processor.
std::size_t ThreadCount(int asked);

/// An option with its default shown.
template <typename Value>
CLI::Option* AddOption(CLI::App* app, const char* name, Value* value, const char* description) {
  return app->add_option(name, *value, description)->capture_default_str();
}

}  // namespace facedeblur
