#include "facedeblur/util/file_io.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>

#include "facedeblur/util/error.h"

namespace facedeblur {
namespace fs = std::filesystem;
namespace {

/// Owns a file descriptor.
class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  ~FileDescriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }

 private:
  int fd_;
};

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
  if (::fsync(fd) != 0) ThrowOutput("cannot flush to the device", errno);
}

/// Takes away the permissions that are not in `permissions`; the owner's stay.
void Restrict(int fd, fs::perms permissions) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) ThrowOutput("cannot inspect", errno);
  const mode_t wanted = status.st_mode & (static_cast<mode_t>(permissions) | S_IRWXU) & 0777;
  if (::fchmod(fd, wanted) != 0) ThrowOutput("cannot set permissions", errno);
}

fs::path TemporaryName(const fs::path& path) {
  static std::atomic<unsigned> counter{0};
  return ParentFolder(path) /
         (".facedeblur-" + std::to_string(::getpid()) + "-" + std::to_string(counter++) + ".tmp");
}

/// A file without a name until Publish(), or with a temporary one where O_TMPFILE is missing.
class PendingFile {
 public:
  explicit PendingFile(const fs::path& path)
      : path_(path),
        fd_(::open(ParentFolder(path).c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666)) {
    if (fd_.valid()) return;
    if (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT && errno != EINVAL) {
      ThrowOutput("cannot create a file in the output folder", errno);
    }
    temporary_ = TemporaryName(path);
    named_fd_ = ::open(temporary_.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
    if (named_fd_ < 0) {
      temporary_.clear();
      ThrowOutput("cannot create a file in the output folder", errno);
    }
  }
  ~PendingFile() {
    if (named_fd_ >= 0) ::close(named_fd_);
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
  }
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;

  int fd() const { return fd_.valid() ? fd_.get() : named_fd_; }

  void Publish(Clobber clobber) {
    if (clobber == Clobber::kRefuse) {
      LinkTo(path_);
    } else {
      if (temporary_.empty()) {
        const fs::path name = TemporaryName(path_);
        LinkTo(name);
        temporary_ = name;
      }
      if (::rename(temporary_.c_str(), path_.c_str()) != 0) ThrowOutput("cannot rename", errno);
      temporary_.clear();
    }
  }

 private:
  /// link(2) fails where the name exists: refusing to clobber and publishing are one step.
  void LinkTo(const fs::path& name) {
    int status = 0;
    if (temporary_.empty()) {
      const std::string self = "/proc/self/fd/" + std::to_string(fd());
      status = ::linkat(AT_FDCWD, self.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW);
    } else {
      status = ::link(temporary_.c_str(), name.c_str());
    }
    if (status == 0) return;
    if (errno == EEXIST) throw Error(ErrorKind::kOutput, "the output file exists");
    ThrowOutput("cannot name the output file", errno);
  }

  fs::path path_;
  FileDescriptor fd_;
  int named_fd_ = -1;
  fs::path temporary_;
};

void SyncFolder(const fs::path& folder) {
  const FileDescriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.valid()) ::fsync(fd.get());  // best effort: the data itself is safe already
}

}  // namespace

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

void WriteFileAtomically(const fs::path& path, const Bytes& bytes, Clobber clobber,
                         fs::perms permissions) {
  std::error_code error;
  fs::create_directories(ParentFolder(path), error);
  if (error) {
    throw Error(ErrorKind::kOutput, "cannot create the output folder: " + error.message());
  }
  if (fs::is_directory(path, error)) {
    throw Error(ErrorKind::kOutput, "a folder stands where the output file should go");
  }
  PendingFile file(path);
  Restrict(file.fd(), permissions);
  WriteAll(file.fd(), bytes);
  file.Publish(clobber);
  SyncFolder(ParentFolder(path));
}

}  // namespace facedeblur
