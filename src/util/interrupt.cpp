#include "facedeblur/util/interrupt.h"

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace facedeblur {
namespace {

std::atomic<int> received_signal{0};
std::atomic<const char*> first_message{nullptr};
static_assert(std::atomic<int>::is_always_lock_free &&
                  std::atomic<const char*>::is_always_lock_free,
              "a signal handler may only touch these");

/// From the first signal on, both have their default action: whichever comes next stops at once.
void Remember(int signal) {
  int none = 0;
  received_signal.compare_exchange_strong(none, signal);
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
  const char* const message = first_message.load();
  if (message == nullptr) return;
  const int before = errno;
  if (::write(STDERR_FILENO, message, std::strlen(message)) < 0) errno = before;
}

}  // namespace

void InstallInterruptHandlers(const char* message) {
  first_message.store(message);
  struct sigaction action {};
  action.sa_handler = Remember;
  sigemptyset(&action.sa_mask);
  sigaddset(&action.sa_mask, SIGINT);
  sigaddset(&action.sa_mask, SIGTERM);
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

int InterruptSignal() { return received_signal.load(); }

}  // namespace facedeblur
