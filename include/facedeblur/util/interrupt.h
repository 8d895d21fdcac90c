#pragma once

namespace facedeblur {

/// Installs handlers for SIGINT and SIGTERM: the first signal is only remembered, so that work in
/// flight can finish; the second one of the same kind ends the process at once. SIGPIPE is ignored.
void InstallInterruptHandlers();

/// The first SIGINT or SIGTERM received, or 0. Safe to call from any thread.
int InterruptSignal();

}  // namespace facedeblur
