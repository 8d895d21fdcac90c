#pragma once

#include <filesystem>

#include "facedeblur/pipeline/input_plan.h"

namespace facedeblur {

bool IsFolder(const std::filesystem::path& path);
bool IsSameFile(const std::filesystem::path& a, const std::filesystem::path& b);
bool IsStream(const std::filesystem::path& path);

/// One file goes to a file when the output looks like one: it has an image's extension or exists.
bool OutputIsFile(const PlanOptions& options);

/// Throws Error(kUsage) when the whole request makes no sense.
void RequireSensible(const PlanOptions& options);

}  // namespace facedeblur
