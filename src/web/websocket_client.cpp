// SPDX-License-Identifier: Apache-2.0
#include "web/websocket_client.hpp"

#include "base/assert.hpp"
#include "base/text.hpp"
#include "io/connector.hpp"
#include "io/loop.hpp"
#include "io/timer.hpp"
#include "web/header_scan.hpp"
#include "web/websocket_handshake.hpp"
#include "web/websocket_link.hpp"

#include <fmt/core.h>
#include <openssl/rand.h>

#include <array>
#include <memory>
#include <utility>
#include <vector>

namespace longwave::web {

namespace {

/// The open connection. Owned by the client's state; what is deferred keeps it through its own end.
class ClientLink final : public WebSocketLink {
 public:
  ClientLink(io::Loop& loop, Deflater& deflater, io::Stream stream, WebSocketPeer peer)
      : WebSocketLink(std::move(stream), std::move(peer)), loop_(loop), deflater_(deflater) {}
  std::shared_ptr<ClientLink> self;  // until it is over

 private:
  io::Loop& home() const override { return loop_; }
  Deflater& deflater() override { return deflater_; }
  void gone() override {
    loop_.defer([kept = std::exchange(self, nullptr)] {});
  }

  io::Loop& loop_;
  Deflater& deflater_;
};

/// Masks and keys that nobody can foretell. Drawn in portions: a mask each time costs more than the rest of a
/// frame.
class SystemMasks final : public Masks {
 public:
  std::uint32_t next() override {
    if (used_ == drawn_.size()) {
      LW_ASSERT(RAND_bytes(reinterpret_cast<unsigned char*>(drawn_.data()), sizeof drawn_) == 1,
                "the system has randomness");
      used_ = 0;
    }
    return drawn_[used_++];
  }

 private:
  std::array<std::uint32_t, 64> drawn_;
  std::size_t used_ = drawn_.size();
};

}  // namespace

/// The attempt under way, or the session that came of it.
struct WebSocketClient::State final : io::StreamHandler {
  State(io::Loop& own, WebSocketClientOptions given)
      : loop(own),
        options(std::move(given)),
        session_options(std::make_shared<const WebSocketOptions>(options.session)),
        connector(own),
        timer(own) {}

  void open(WebSocketUrl to, Opened callback);
  void begin();
  void connected(Result<io::Stream> result);
  void settle(std::size_t end);
  void fail(Error why);
  void leave();
  void abort();

  void on_bytes(std::span<char> bytes) override;
  void on_end() override {
    fail(error(Errc::unavailable, "the server ended the connection in the handshake"));
  }
  void on_lost(std::string_view why) override {
    fail(error(Errc::unavailable, fmt::format("{}: {}", url.authority(), why)));
  }

  io::Loop& loop;
  WebSocketClientOptions options;
  std::shared_ptr<const WebSocketOptions> session_options;
  SystemMasks masks;
  Deflater deflater;
  std::unique_ptr<io::TlsClientContext> tls;  // before what uses it
  io::Connector connector;
  io::Timer timer;
  io::Stream stream;  // during the handshake
  WebSocketUrl url;
  std::string key;
  std::string received;
  WebSocketAnswer answer;
  Opened opened;
  std::weak_ptr<ClientLink> link;
  std::vector<std::weak_ptr<ClientLink>> leaving;  // in their closing handshakes
};

void WebSocketClient::State::open(WebSocketUrl to, Opened callback) {
  leave();
  url = std::move(to);
  opened = std::move(callback);
  answer = {};
  received.clear();
  timer.after(options.open_timeout, [this] {
    fail(error(Errc::unavailable, fmt::format("{}: the handshake took too long", url.authority())));
  });
  begin();
}

void WebSocketClient::State::begin() {
  if (url.secure && !tls) {
    auto made = io::TlsClientContext::make(options.tls);
    if (!made) return timer.after(Duration::zero(), [this, why = made.error()] { fail(why); });
    tls = std::move(*made);
  }
  io::ConnectOptions connect;
  connect.tls = url.secure ? tls.get() : nullptr;
  connect.tls_name = url.host;
  connect.timeout = options.open_timeout;
  connector.connect({url.host, url.port, url.unix_path}, std::move(connect),
                    [this](Result<io::Stream> result) { connected(std::move(result)); });
}

void WebSocketClient::State::connected(Result<io::Stream> result) {
  if (!result) return fail(result.error());
  std::string nonce;
  while (nonce.size() < 16) {
    const auto four = masks.next();
    nonce.append(reinterpret_cast<const char*>(&four), sizeof four);
  }
  key = text::base64(nonce);
  auto request = client_request(url, options, key);
  if (!request) return fail(request.error());
  stream = std::move(*result);
  stream.start(*this);
  stream.write(std::move(*request));
}

void WebSocketClient::State::on_bytes(std::span<char> bytes) {
  const auto before = received.size();
  received.append(bytes.data(), bytes.size());
  for (auto from = before;; from = 0) {
    const auto end = find_header_end(received, from);
    if (end > options.header_limit && received.size() > options.header_limit)
      return fail(error(Errc::invalid, "the server's answer is too long"));
    if (end == received.npos) return;
    auto parsed = parse_answer(std::string_view{received}.substr(0, end));
    if (!parsed) return fail(parsed.error());
    answer = std::move(*parsed);
    const bool interim = answer.status < 200 && answer.status != 101;
    if (!interim) return settle(end);
    received.erase(0, end);  // RFC 9110 section 15.2
  }
}

void WebSocketClient::State::settle(std::size_t end) {
  const auto terms = check_answer(answer, *session_options, key);
  if (!terms) return fail(terms.error());
  timer.cancel();
  auto made = std::make_shared<ClientLink>(loop, deflater, std::move(stream),
                                           WebSocketPeer{session_options, loop.now(), {*terms, &masks}});
  made->self = made;
  link = made;
  received.erase(0, end);
  made->start(std::exchange(received, {}));
  if (auto told = std::exchange(opened, {})) told(static_cast<WebSocketSession*>(made.get()));
}

void WebSocketClient::State::fail(Error why) {
  timer.cancel();
  connector.cancel();
  stream = {};
  if (auto told = std::exchange(opened, {})) told(std::move(why));
}

// What is closing may do so in its own time: who opens again in on_close isn't to cut off our own close
// frame.
void WebSocketClient::State::leave() {
  timer.cancel();
  connector.cancel();
  stream = {};
  if (opened) loop.defer([unused = std::exchange(opened, {})] {});
  const auto last = link.lock();
  link.reset();
  if (!last) return;
  last->silence();
  if (last->is_open()) return last->cut();
  std::erase_if(leaving, [](const auto& one) { return one.expired(); });
  leaving.push_back(last);
}

void WebSocketClient::State::abort() {
  leave();
  for (const auto& one : std::exchange(leaving, {})) {
    if (const auto held = one.lock()) held->cut();
  }
}

WebSocketClient::WebSocketClient(io::Loop& loop, WebSocketClientOptions options)
    : state_(std::make_unique<State>(loop, std::move(options))) {}
WebSocketClient::~WebSocketClient() {
  state_->abort();
}

void WebSocketClient::open(WebSocketUrl url, Opened opened) {
  state_->open(std::move(url), std::move(opened));
}
void WebSocketClient::abort() {
  state_->abort();
}
const WebSocketAnswer& WebSocketClient::answer() const {
  return state_->answer;
}
WebSocketSession* WebSocketClient::session() const {
  const auto link = state_->link.lock();
  return link && link->is_open() ? link.get() : nullptr;
}

}  // namespace longwave::web
