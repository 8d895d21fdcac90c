#include "facedeblur/util/file_io.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>  // renameat2
#include <string>
#include <system_error>

#include "facedeblur/util/error.h"
#include "facedeblur/util/interrupt.h"
#include "util/file_descriptor.h"

namespace facedeblur {
namespace fs = std::filesystem;
namespace {

std::string ErrnoText(int error) { return std::generic_category().message(error); }

[[noreturn]] void ThrowOutput(const std::string& what, int error) {
  throw Error(ErrorKind::kOutput, what + ": " + ErrnoText(error));
}

fs::path ParentFolder(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

void WriteAll(int fd, const Bytes& bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = ::write(fd, bytes.data() + done, bytes.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) ThrowOutput("cannot write", errno);
    done += static_cast<std::size_t>(n);
  }
}

void Flush(int fd) {
  if (::fsync(fd) != 0) ThrowOutput("cannot flush to the device", errno);
}

fs::path TemporaryName(const fs::path& path) {
  static std::atomic<unsigned> counter{0};
  return ParentFolder(path) /
         (".facedeblur-" + std::to_string(::getpid()) + "-" + std::to_string(counter++) + ".tmp");
}

/// A file without a name until Publish(). It has a temporary one where the file system does not
/// know nameless files, or where there is no /proc to name them through.
class PendingFile {
 public:
  PendingFile(const fs::path& path, const FileAccess& access)
      : path_(path), fd_(Open(ModeFor(access.permissions))) {
    if (!fd_.valid()) {
      temporary_.clear();
      ThrowOutput("cannot create a file in the output folder", errno);
    }
    if (access.group) GiveTo(*access.group);
  }
  ~PendingFile() {
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
  }
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;

  int fd() const { return fd_.get(); }

  void Publish(Clobber clobber) {
    if (temporary_.empty() && clobber == Clobber::kRefuse) return LinkTo(path_);
    if (temporary_.empty()) temporary_ = LinkToTemporaryName();
    if (clobber == Clobber::kRefuse) {
      RenameWithoutReplacing();
    } else if (::rename(temporary_.c_str(), path_.c_str()) != 0) {
      ThrowOutput("cannot rename", errno);
    }
    temporary_.clear();
  }

 private:
  /// The owner can always read and write what it has written.
  static mode_t ModeFor(fs::perms permissions) {
    return 0666 & (static_cast<mode_t>(permissions) | S_IRUSR | S_IWUSR);
  }

  /// Where that is not allowed, what the group may is taken from it, down to what all may. Memory
  /// cards (FAT) know neither: what they show is for whoever may use the card.
  void GiveTo(gid_t group) const {
    struct stat status {};
    if (::fstat(fd(), &status) != 0 || status.st_gid == group) return;
    if (::fchown(fd(), static_cast<uid_t>(-1), group) == 0) return;
    const mode_t mode = status.st_mode & 0777U;
    const mode_t others = (mode & S_IRWXO) << 3U;
    static_cast<void>(::fchmod(fd(), (mode & ~static_cast<mode_t>(S_IRWXG)) | (mode & others)));
  }

  int Open(mode_t mode) {
    if (::access("/proc/self/fd", F_OK) == 0) {
      const int fd = ::open(ParentFolder(path_).c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, mode);
      if (fd >= 0) return fd;
    }
    int fd = -1;
    do {  // a killed process with our number may have left a file of that name
      temporary_ = TemporaryName(path_);
      fd = ::open(temporary_.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, mode);
    } while (fd < 0 && errno == EEXIST);
    return fd;
  }

  [[noreturn]] static void ThrowUnnamed(int error) {
    if (error == EEXIST) throw Error(ErrorKind::kOutput, "the output file exists");
    ThrowOutput("cannot name the output file", error);
  }

  int Link(const fs::path& name) const {
    const std::string self = "/proc/self/fd/" + std::to_string(fd());
    return ::linkat(AT_FDCWD, self.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW);
  }

  /// linkat(2) fails where the name exists: refusing to clobber and publishing are one step.
  void LinkTo(const fs::path& name) const {
    if (Link(name) != 0) ThrowUnnamed(errno);
  }

  fs::path LinkToTemporaryName() const {
    while (true) {
      fs::path name = TemporaryName(path_);
      if (Link(name) == 0) return name;
      if (errno != EEXIST) ThrowUnnamed(errno);  // as in Open()
    }
  }

  /// One step as well, and known to memory cards (FAT), which know no links.
  void RenameWithoutReplacing() {
    constexpr unsigned kNoReplace = 1;  // RENAME_NOREPLACE of linux/fs.h
    if (::renameat2(AT_FDCWD, temporary_.c_str(), AT_FDCWD, path_.c_str(), kNoReplace) == 0) return;
    if (errno != EINVAL && errno != ENOSYS) ThrowUnnamed(errno);
    if (::link(temporary_.c_str(), path_.c_str()) != 0) ThrowUnnamed(errno);
    ::unlink(temporary_.c_str());
  }

  fs::path path_;
  fs::path temporary_;
  FileDescriptor fd_;
};

void SyncFolder(const fs::path& folder) {
  const FileDescriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.valid()) ::fsync(fd.get());  // best effort: the data itself is safe already
}

/// Waits for bytes on standard input, or its end. False when a signal to stop came first: another
/// thread may have received it, so that it would not interrupt a read here.
bool AwaitStandardInput() {
  constexpr int kMilliseconds = 100;
  pollfd waiting{STDIN_FILENO, POLLIN, 0};
  while (InterruptSignal() == 0) {
    const int ready = ::poll(&waiting, 1, kMilliseconds);
    if (ready > 0 || (ready < 0 && errno != EINTR)) return true;  // the read tells what is wrong
  }
  return false;
}

/// Renaming would put a file in the place of a device or a pipe, too.
void RequireFileOrNothing(const fs::path& path) {
  std::error_code error;
  const fs::file_status there = fs::status(path, error);
  if (fs::is_directory(there)) {
    throw Error(ErrorKind::kOutput, "a folder stands where the output file should go");
  }
  if (fs::exists(there) && !fs::is_regular_file(there)) {
    throw Error(ErrorKind::kOutput, "a device or pipe stands where the output file should go");
  }
}

void WriteAtomically(const fs::path& path, const Bytes& bytes, Clobber clobber,
                     const FileAccess& access) {
  std::error_code error;
  fs::create_directories(ParentFolder(path), error);
  if (error) {
    throw Error(ErrorKind::kOutput, "cannot create the output folder: " + error.message());
  }
  RequireFileOrNothing(path);
  PendingFile file(path, access);
  WriteAll(file.fd(), bytes);
  Flush(file.fd());
  file.Publish(clobber);
  SyncFolder(ParentFolder(path));
}

}  // namespace

FileAccess AccessOf(const fs::path& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) return {};  // of standard input, for example
  return {static_cast<fs::perms>(status.st_mode & 07777U), status.st_gid};
}

FileAccess CommonAccess(const FileAccess& a, const FileAccess& b) {
  FileAccess common = {a.permissions & b.permissions, a.group};
  if (a.group == b.group) return common;
  // Members of one group need not be in the other, so they are as all others.
  const auto others = static_cast<unsigned>(common.permissions & fs::perms::others_all);
  common.permissions &= ~fs::perms::group_all | static_cast<fs::perms>(others << 3U);
  common.group.reset();
  return common;
}

Bytes ReadFile(const fs::path& path) {
  // Without O_NONBLOCK opening a FIFO waits for a writer, for ever; regular files do not mind it.
  FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd.valid()) throw Error(ErrorKind::kInput, "cannot open: " + ErrnoText(errno));
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) {
    throw Error(ErrorKind::kInput, "cannot inspect: " + ErrnoText(errno));
  }
  if (!S_ISREG(status.st_mode)) throw Error(ErrorKind::kInput, "not a regular file");
  Bytes bytes(static_cast<std::size_t>(status.st_size));
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = ::read(fd.get(), bytes.data() + done, bytes.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw Error(ErrorKind::kInput, "cannot read: " + ErrnoText(errno));
    if (n == 0) break;  // the file shrank while we read it
    done += static_cast<std::size_t>(n);
  }
  bytes.resize(done);
  return bytes;
}

Bytes ReadNamedFile(const fs::path& path) {
  try {
    return ReadFile(path);
  } catch (const Error& error) {
    throw Error(error.kind(), path.string() + ": " + error.what());
  }
}

Bytes ReadStandardInput() {
  Bytes bytes;
  constexpr std::size_t kBlock = std::size_t{1} << 16U;
  while (true) {
    const std::size_t done = bytes.size();
    bytes.resize(done + kBlock);
    if (!AwaitStandardInput()) {
      throw Error(ErrorKind::kInput, "interrupted while waiting for standard input");
    }
    const ssize_t n = ::read(STDIN_FILENO, bytes.data() + done, kBlock);
    bytes.resize(done + static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      throw Error(ErrorKind::kInput, "cannot read standard input: " + ErrnoText(errno));
    }
    if (n == 0) return bytes;
  }
}

void WriteStandardOutput(const Bytes& bytes) { WriteAll(STDOUT_FILENO, bytes); }

void WriteFileAtomically(const fs::path& path, const Bytes& bytes, Clobber clobber,
                         const FileAccess& access) {
  try {
    WriteAtomically(path, bytes, clobber, access);
  } catch (const Error& error) {
    throw Error(error.kind(), path.string() + ": " + error.what());
  }
}

}  // namespace facedeblur
