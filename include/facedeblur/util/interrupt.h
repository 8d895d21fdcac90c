#pragma once

namespace facedeblur {

/// Installs handlers for SIGINT and SIGTERM: the first signal is only remembered, so that work in
/// flight can finish; the second one ends the process at once. SIGPIPE is ignored.
/// `message`, which must stay where it is, goes to standard error at the first signal; null:
/// nothing.
void InstallInterruptHandlers(const char* message = nullptr);

/// The first SIGINT or SIGTERM received, or 0. Safe to call from any thread.
int InterruptSignal();

}  // namespace facedeblur
