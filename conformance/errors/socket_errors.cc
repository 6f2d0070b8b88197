// Provocations of socketpair(2), shutdown(2) and accept(2).

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "conformance/errors/helpers.h"

namespace {

// A local socket that listens, under a name that the kernel chose.
int Listener() {
  const int listener = MUST(socket(AF_UNIX, SOCK_STREAM, 0));
  sockaddr_un name = {};
  name.sun_family = AF_UNIX;
  MUST(bind(listener, reinterpret_cast<sockaddr*>(&name),
            sizeof(name.sun_family)));
  MUST(listen(listener, 5));
  return listener;
}

// A socket that is connected to `listener`, and waits to be accepted.
int ConnectTo(int listener) {
  sockaddr_storage name = {};
  socklen_t size = sizeof(name);
  MUST(getsockname(listener, reinterpret_cast<sockaddr*>(&name), &size));
  const int client = MUST(socket(name.ss_family, SOCK_STREAM, 0));
  MUST(connect(client, reinterpret_cast<sockaddr*>(&name), size));
  return client;
}

// A listener with a TCP connection that its peer has reset.
int ListenerWithResetConnection() {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  if (listener < 0) SKIP("this kernel has no TCP");
  sockaddr_in name = {};
  name.sin_family = AF_INET;
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  MUST(bind(listener, reinterpret_cast<sockaddr*>(&name), sizeof(name)));
  MUST(listen(listener, 5));
  socklen_t size = sizeof(name);
  MUST(getsockname(listener, reinterpret_cast<sockaddr*>(&name), &size));
  const int client = MUST(socket(AF_INET, SOCK_STREAM, 0));
  if (connect(client, reinterpret_cast<sockaddr*>(&name), size) != 0)
    SKIP("the loopback interface is down");
  const linger reset = {1, 0};
  MUST(setsockopt(client, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)));
  close(client);
  return listener;
}

// Whether the peer has closed the connection of `client`.
bool IsClosedByPeer(int client) {
  char byte;
  return recv(client, &byte, 1, MSG_DONTWAIT) == 0;
}

bool IsOpen(int fd) { return fcntl(fd, F_GETFD) != -1; }

}  // namespace

PROVOKE(socketpair, EAFNOSUPPORT, domain_unknown) {
  int sv[2] = {-1, -1};
  CALL(socketpair(AF_MAX + 100, SOCK_STREAM, 0, sv));
  EFFECT(sv[0] >= 0 && sv[1] >= 0);
  EXPECT(!IsOpen(sv[0]) && !IsOpen(sv[1]));
}

PROVOKE(socketpair, EFAULT, sv_unwritable) {
  int* const bad = static_cast<int*>(BadAddress());
  CALL_RAW(syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, bad));
  CALL_LIBC(socketpair(AF_UNIX, SOCK_STREAM, 0, bad));
}

PROVOKE(socketpair, EFAULT, sv_half_unwritable) {
  // The first element is the last one of a page, the second is beyond it.
  const long page = sysconf(_SC_PAGESIZE);
  char* const pages = static_cast<char*>(MUST(
      mmap(nullptr, 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)));
  MUST(mprotect(pages, page, PROT_READ | PROT_WRITE));
  int* const sv = reinterpret_cast<int*>(pages + page) - 1;
  sv[0] = -1;
  CALL_RAW(syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, sv));
  CALL_LIBC(socketpair(AF_UNIX, SOCK_STREAM, 0, sv));
  EFFECT(sv[0] >= 0);
  EXPECT(!IsOpen(sv[0]));
}

PROVOKE(socketpair, EMFILE, no_descriptor) {
  int sv[2] = {-1, -1};
  WATCH(sv);
  UseUpDescriptors();
  CALL(socketpair(AF_UNIX, SOCK_STREAM, 0, sv));
}

PROVOKE(socketpair, EMFILE, one_descriptor) {
  int sv[2] = {-1, -1};
  WATCH(sv);
  const int spare = MUST(dup(0));
  UseUpDescriptors();
  close(spare);
  CALL(socketpair(AF_UNIX, SOCK_STREAM, 0, sv));
}

PROVOKE(socketpair, EOPNOTSUPP, no_pairs) {
  int sv[2] = {-1, -1};
  CALL(socketpair(AF_INET, SOCK_STREAM, 0, sv));
  EFFECT(sv[0] >= 0 && sv[1] >= 0);
  EXPECT(!IsOpen(sv[0]) && !IsOpen(sv[1]));
}

PROVOKE(socketpair, EPROTONOSUPPORT, protocol_unknown) {
  int sv[2] = {-1, -1};
  CALL(socketpair(AF_UNIX, SOCK_STREAM, 77, sv));
  EFFECT(sv[0] >= 0 && sv[1] >= 0);
  EXPECT(!IsOpen(sv[0]) && !IsOpen(sv[1]));
}

PROVOKE(socketpair, EINVAL, flags_unknown) {
  int sv[2] = {-1, -1};
  WATCH(sv);
  CALL(socketpair(AF_UNIX, SOCK_STREAM | 0x100, 0, sv));
}

PROVOKE(socketpair, EINVAL, type_unknown) {
  int sv[2] = {-1, -1};
  CALL(socketpair(AF_UNIX, 15, 0, sv));
  EFFECT(sv[0] >= 0 && sv[1] >= 0);
  EXPECT(!IsOpen(sv[0]) && !IsOpen(sv[1]));
}

PROVOKE(socketpair, EINVAL, flags_unknown_and_domain_unknown) {
  int sv[2] = {-1, -1};
  WATCH(sv);
  CALL(socketpair(AF_MAX + 100, SOCK_STREAM | 0x100, 0, sv));
}

PROVOKE(socketpair, ESOCKTNOSUPPORT, type_not_of_domain) {
  int sv[2] = {-1, -1};
  CALL(socketpair(AF_UNIX, SOCK_RDM, 0, sv));
  EFFECT(sv[0] >= 0 && sv[1] >= 0);
  EXPECT(!IsOpen(sv[0]) && !IsOpen(sv[1]));
}

PROVOKE(socketpair, EACCES, ping_not_allowed) {
  int sv[2] = {-1, -1};
  const int ping = socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP);
  if (ping >= 0) {
    close(ping);
    // A new network namespace allows it to no group.
    if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
      SKIP("net.ipv4.ping_group_range allows it, and namespaces are refused");
  }
  CALL(socketpair(AF_INET, SOCK_DGRAM, IPPROTO_ICMP, sv));
  EFFECT(sv[0] >= 0 && sv[1] >= 0);
  EXPECT(!IsOpen(sv[0]) && !IsOpen(sv[1]));
}

PROVOKE(socketpair, EPERM, raw_without_capability) {
  int sv[2] = {-1, -1};
  DropCapabilities();
  CALL(socketpair(AF_INET, SOCK_RAW, IPPROTO_ICMP, sv));
  EFFECT(sv[0] >= 0 && sv[1] >= 0);
  EXPECT(!IsOpen(sv[0]) && !IsOpen(sv[1]));
}

PROVOKE(shutdown, EBADF, sockfd_closed) {
  CALL(shutdown(ClosedDescriptor(), SHUT_RDWR));
}

PROVOKE(shutdown, EBADF, sockfd_closed_and_how_unknown) {
  CALL(shutdown(ClosedDescriptor(), 42));
}

PROVOKE(shutdown, EINVAL, how_unknown) {
  int sv[2];
  MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, sv));
  CALL(shutdown(sv[0], 42));
  EXPECT(send(sv[0], "x", 1, 0) == 1 && send(sv[1], "x", 1, 0) == 1);
}

PROVOKE(shutdown, EINVAL, how_unknown_and_not_connected) {
  const int sockfd = MUST(socket(AF_INET, SOCK_STREAM, 0));
  CALL(shutdown(sockfd, 42));
}

PROVOKE(shutdown, ENOTCONN, stream_not_connected) {
  const int sockfd = MUST(socket(AF_INET, SOCK_STREAM, 0));
  CALL(shutdown(sockfd, SHUT_RD));
  char byte;
  EFFECT(recv(sockfd, &byte, 1, MSG_DONTWAIT) == 0);
}

PROVOKE(shutdown, ENOTCONN, datagram_not_connected) {
  const int sockfd = MUST(socket(AF_INET, SOCK_DGRAM, 0));
  CALL(shutdown(sockfd, SHUT_RDWR));
}

PROVOKE(shutdown, ENOTCONN, unix_not_connected) {
  const int sockfd = MUST(socket(AF_UNIX, SOCK_STREAM, 0));
  CALL(shutdown(sockfd, SHUT_RDWR));
}

PROVOKE(shutdown, ENOTSOCK, no_socket) {
  int ends[2];
  MUST(pipe(ends));
  CALL(shutdown(ends[1], SHUT_RDWR));
  EXPECT(write(ends[1], "x", 1) == 1);
}

PROVOKE(shutdown, ENOTSOCK, no_socket_and_how_unknown) {
  int ends[2];
  MUST(pipe(ends));
  CALL(shutdown(ends[1], 42));
}

PROVOKE(shutdown, EOPNOTSUPP, no_shutdown) {
  const int fd = MUST(socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE));
  CALL(shutdown(fd, SHUT_RDWR));
}

PROVOKE(accept4, EAGAIN, no_connection) {
  const int listener = Listener();
  MUST(fcntl(listener, F_SETFL, O_NONBLOCK));
  CALL(accept4(listener, nullptr, nullptr, 0));
}

PROVOKE(accept4, EAGAIN, receive_timeout) {
  const int listener = Listener();
  const timeval limit = {0, 20000};
  MUST(setsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)));
  CALL(accept4(listener, nullptr, nullptr, 0));
}

PROVOKE(accept4, EBADF, sockfd_closed) {
  CALL(accept4(ClosedDescriptor(), nullptr, nullptr, 0));
}

PROVOKE(accept4, EBADF, sockfd_closed_and_flags_unknown) {
  CALL(accept4(ClosedDescriptor(), nullptr, nullptr, 1));
}

PROVOKE(accept4, ECONNABORTED, connection_reset) {
  const int listener = ListenerWithResetConnection();
  sockaddr_in peer = {};
  socklen_t size = sizeof(peer);
  CALL(accept4(listener, reinterpret_cast<sockaddr*>(&peer), &size, 0));
}

PROVOKE(accept4, EFAULT, addr_unwritable) {
  const int listener = Listener();
  const int client = ConnectTo(listener);
  sockaddr* const bad = static_cast<sockaddr*>(BadAddress());
  socklen_t size = sizeof(sockaddr_un);
  CALL_RAW(syscall(SYS_accept4, listener, bad, &size, 0));
  CALL_LIBC(accept4(listener, bad, &size, 0));
  EFFECT(IsClosedByPeer(client));
}

PROVOKE(accept4, EFAULT, addrlen_unreadable) {
  const int listener = Listener();
  const int client = ConnectTo(listener);
  sockaddr_un peer = {};
  sockaddr* const addr = reinterpret_cast<sockaddr*>(&peer);
  WATCH(peer);
  socklen_t* const bad = static_cast<socklen_t*>(BadAddress());
  CALL_RAW(syscall(SYS_accept4, listener, addr, bad, 0));
  CALL_LIBC(accept4(listener, addr, bad, 0));
  EFFECT(IsClosedByPeer(client));
}

PROVOKE(accept4, EINTR, signal) {
  const int listener = Listener();
  InterruptSoon();
  CALL(accept4(listener, nullptr, nullptr, 0));
}

PROVOKE(accept4, EINVAL, not_listening) {
  const int sockfd = MUST(socket(AF_UNIX, SOCK_STREAM, 0));
  CALL(accept4(sockfd, nullptr, nullptr, 0));
}

PROVOKE(accept4, EINVAL, addrlen_negative) {
  const int listener = Listener();
  const int client = ConnectTo(listener);
  sockaddr_un peer = {};
  socklen_t size = static_cast<socklen_t>(-1);
  WATCH(peer);
  WATCH(size);
  CALL(accept4(listener, reinterpret_cast<sockaddr*>(&peer), &size, 0));
  EFFECT(IsClosedByPeer(client));
}

PROVOKE(accept4, EINVAL, flags_unknown) {
  const int listener = Listener();
  const int client = ConnectTo(listener);
  CALL(accept4(listener, nullptr, nullptr, 1));
  EXPECT(!IsClosedByPeer(client));
}

PROVOKE(accept4, EINVAL, flags_unknown_and_no_socket) {
  const int fd = MUST(open("/dev/null", O_RDONLY));
  CALL(accept4(fd, nullptr, nullptr, 1));
}

PROVOKE(accept4, EMFILE, no_descriptor) {
  const int listener = Listener();
  const int client = ConnectTo(listener);
  UseUpDescriptors();
  CALL(accept4(listener, nullptr, nullptr, 0));
  EXPECT(!IsClosedByPeer(client));
}

PROVOKE(accept4, EMFILE, no_descriptor_and_no_connection) {
  const int listener = Listener();
  MUST(fcntl(listener, F_SETFL, O_NONBLOCK));
  UseUpDescriptors();
  CALL(accept4(listener, nullptr, nullptr, 0));
}

PROVOKE(accept4, EMFILE, no_descriptor_and_no_socket) {
  const int fd = MUST(open("/dev/null", O_RDONLY));
  UseUpDescriptors();
  CALL(accept4(fd, nullptr, nullptr, 0));
}

// With buffers as small as can be, it works.
REASON(accept4, ENOBUFS, no_buffers) {
  const int listener = Listener();
  const int least = 1;
  MUST(setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &least, sizeof(least)));
  MUST(setsockopt(listener, SOL_SOCKET, SO_SNDBUF, &least, sizeof(least)));
  ConnectTo(listener);
  HOLDS(accept4(listener, nullptr, nullptr, 0) >= 0);
}

PROVOKE(accept4, ENOTSOCK, no_socket) {
  const int fd = MUST(open("/dev/null", O_RDONLY));
  CALL(accept4(fd, nullptr, nullptr, 0));
}

PROVOKE(accept4, EOPNOTSUPP, datagrams) {
  const int sockfd = MUST(socket(AF_UNIX, SOCK_DGRAM, 0));
  CALL(accept4(sockfd, nullptr, nullptr, 0));
}

// Whatever waits is handed out, to a caller of no privilege.
REASON(accept4, EPERM, firewall) {
  const int listener = Listener();
  ConnectTo(listener);
  DropCapabilities();
  HOLDS(accept4(listener, nullptr, nullptr, 0) >= 0);
}

PROVOKE(accept4, EPROTO, connection_reset) {
  const int listener = ListenerWithResetConnection();
  sockaddr_in peer = {};
  socklen_t size = sizeof(peer);
  CALL(accept4(listener, reinterpret_cast<sockaddr*>(&peer), &size, 0));
}

// The first request that every stream answers, I_NREAD, is unknown.
REASON(accept4, ENOSR, no_streams_resources) {
  const int listener = Listener();
  int count = 0;
  const unsigned long nread = 'S' << 8 | 1;
  HOLDS(ioctl(listener, nread, &count) == -1 && errno == ENOTTY);
}

REASON(accept4, ESOCKTNOSUPPORT, type_unknown) {
  HOLDS(socket(AF_UNIX, SOCK_RDM, 0) == -1 && errno == ESOCKTNOSUPPORT);
}

REASON(accept4, EPROTONOSUPPORT, protocol_unknown) {
  HOLDS(socket(AF_UNIX, SOCK_STREAM, 77) == -1 && errno == EPROTONOSUPPORT);
}

PROVOKE(accept4, ETIMEDOUT, receive_timeout) {
  const int listener = Listener();
  const timeval limit = {0, 20000};
  MUST(setsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)));
  CALL(accept4(listener, nullptr, nullptr, 0));
}
