// A TCP server on loopback that sends back what it receives, to any number of
// clients, in one thread.
//
//   echo_server [epoll|poll|select [PORT]]
//
// prints where it listens, and ends with SIGINT or SIGTERM. It is written
// against plumbline::Selector, whichever that is.

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "wrappers/fd.h"
#include "wrappers/io.h"
#include "wrappers/selector.h"
#include "wrappers/signal_mask.h"
#include "wrappers/signalfd.h"
#include "wrappers/syscall_error.h"

using plumbline::BorrowedFd;
using plumbline::OwnedFd;
using plumbline::Result;
using plumbline::SelectorEvents;
using plumbline::SelectorKind;
using plumbline::SignalFd;

namespace {

// A socket call that has no wrapper.
int Check(int returned, const char* call) {
  if (returned < 0)
    throw std::system_error(errno, std::system_category(), call);
  return returned;
}

// A connection, and what is to be sent back. It is read from only when that is
// nothing, so that a client that does not read can't make it grow.
class Client {
 public:
  explicit Client(OwnedFd socket) : socket_(std::move(socket)) {}

  BorrowedFd socket() const { return socket_; }

  // What it waits for now; none if it is done.
  SelectorEvents Handle() {
    if (rest_.empty()) {
      const Result<std::size_t> size = plumbline::Read(socket_, buffer_);
      if (!size) return size.error() == EAGAIN ? SelectorEvents::kRead : Gone();
      if (*size == 0) return Gone();
      rest_ = std::span(buffer_).first(*size);
    }
    const Result<std::size_t> size = plumbline::Write(socket_, rest_);
    if (!size) return size.error() == EAGAIN ? SelectorEvents::kWrite : Gone();
    rest_.RemovePrefix(*size);
    sent_ += *size;
    return rest_.empty() ? SelectorEvents::kRead : SelectorEvents::kWrite;
  }

  std::uint64_t sent() const { return sent_; }

 private:
  // A client may go whenever it likes; that is no failure of the server.
  static SelectorEvents Gone() { return {}; }

  OwnedFd socket_;
  std::array<std::byte, 65536> buffer_;
  plumbline::ConstBuffer rest_;
  std::uint64_t sent_ = 0;
};

class Server {
 public:
  Server(SelectorKind kind, std::uint16_t port)
      : selector_(
            plumbline::MakeSelector<std::unique_ptr<Client>>(kind).value()),
        listener_(OwnedFd::Adopt(Check(
            socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0),
            "socket"))) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int on = 1;
    Check(
        setsockopt(listener_.raw(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)),
        "setsockopt");
    Check(bind(listener_.raw(), reinterpret_cast<sockaddr*>(&address),
               sizeof(address)),
          "bind");
    Check(listen(listener_.raw(), SOMAXCONN), "listen");
    socklen_t size = sizeof(address);
    Check(getsockname(listener_.raw(), reinterpret_cast<sockaddr*>(&address),
                      &size),
          "getsockname");
    std::printf("listening on 127.0.0.1:%d\n", ntohs(address.sin_port));
    std::fflush(stdout);
  }

  void Run(const SignalFd& signals) {
    selector_->Register(listener_, SelectorEvents::kRead).value();
    selector_->Register(signals, SelectorEvents::kRead).value();
    while (true) {
      for (const auto& [key, events] : selector_->Select().value()) {
        if (key.fd() == signals) {
          // Else it would be delivered when it is no longer blocked.
          static_cast<void>(signals.ReadOne().value());
          return;
        }
        if (key.fd() == listener_) {
          Accept();
        } else {
          Serve(*key.data());
        }
      }
    }
  }

  void PrintTotal() const {
    std::printf("%ju clients, %ju bytes\n", std::uintmax_t{clients_},
                std::uintmax_t{bytes_});
  }

 private:
  void Accept() {
    OwnedFd socket = OwnedFd::Adopt(accept4(listener_.raw(), nullptr, nullptr,
                                            SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!socket.is_open()) return;  // the client is gone already
    auto client = std::make_unique<Client>(std::move(socket));
    const BorrowedFd fd = client->socket();
    const auto key =
        selector_->Register(fd, SelectorEvents::kRead, std::move(client));
    // The selector has no room for it, as select(2) may not: it is closed.
    if (!key) {
      std::fprintf(stderr, "echo_server: %s\n", key.error().ToString().c_str());
      return;
    }
    ++clients_;
  }

  void Serve(Client& client) {
    if (const SelectorEvents events = client.Handle()) {
      selector_->Modify(client.socket(), events).value();
      return;
    }
    bytes_ += client.sent();
    // The key that is returned has the client, and closes it.
    static_cast<void>(selector_->Unregister(client.socket()).value());
  }

  std::unique_ptr<plumbline::Selector<std::unique_ptr<Client>>> selector_;
  OwnedFd listener_;
  std::uint64_t clients_ = 0;
  std::uint64_t bytes_ = 0;
};

std::optional<SelectorKind> Kind(std::string_view word) {
  if (word == "epoll") return SelectorKind::kEpoll;
  if (word == "poll") return SelectorKind::kPoll;
  if (word == "select") return SelectorKind::kSelect;
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  const auto kind = argc > 1 ? Kind(argv[1]) : SelectorKind::kEpoll;
  if (!kind || argc > 3) {
    std::fprintf(stderr, "usage: echo_server [epoll|poll|select [PORT]]\n");
    return 2;
  }
  try {
    const plumbline::SignalSet ends = {SIGINT, SIGTERM};
    // A write to a client that is gone fails with EPIPE, and that is enough.
    const auto blocked =
        plumbline::SignalMask::Block(ends | plumbline::SignalSet{SIGPIPE})
            .value();
    const SignalFd signals = SignalFd::Create(ends).value();
    Server server(*kind, static_cast<std::uint16_t>(
                             argc > 2 ? strtoul(argv[2], nullptr, 10) : 0));
    server.Run(signals);
    server.PrintTotal();
  } catch (const std::system_error& error) {  // a SyscallError is one
    std::fprintf(stderr, "echo_server: %s\n", error.what());
    return 1;
  }
  return 0;
}
