// SPDX-License-Identifier: Apache-2.0
#include "net/http2_session.hpp"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>
#include <vector>

#include "base/text.hpp"

namespace steward::net {
namespace {

constexpr std::uint32_t kStreams = 64;           ///< requests of one connection at a time
constexpr std::size_t kReadBytes = 16384;        ///< read at once
constexpr std::size_t kWriteBytes = 64U << 10U;  ///< handed to TLS at once

std::string Lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

nghttp2_nv Field(const std::string& name, const std::string& value) {
  const auto bytes = [](const std::string& text) {  // nghttp2 copies; it takes no const
    return reinterpret_cast<std::uint8_t*>(
        const_cast<char*>(text.data()));  // NOLINT(cppcoreguidelines-pro-type-const-cast)
  };
  return {bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
}

}  // namespace

/// The state of nghttp2: requests being received, answers being sent.
class Http2Session::Protocol {
 public:
  using Complete = std::pair<std::int32_t, Request>;

  explicit Protocol(const ServerState& state) : state_(state) {
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, OnBeginHeaders);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, OnHeader);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, OnData);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, OnFrame);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, OnStreamClose);
    nghttp2_session_server_new(&session_, callbacks, this);
    nghttp2_session_callbacks_del(callbacks);
    const std::array<nghttp2_settings_entry, 2> settings = {
        {{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, kStreams},
         {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, static_cast<std::uint32_t>(state.options.max_header_bytes)}}};
    nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings.data(), settings.size());
  }
  ~Protocol() { nghttp2_session_del(session_); }
  Protocol(const Protocol&) = delete;
  Protocol& operator=(const Protocol&) = delete;

  /// Takes bytes of the peer; false when they are not HTTP/2. Whole requests wait in Completed() afterwards.
  bool Receive(std::string_view bytes) {
    const auto taken =
        nghttp2_session_mem_recv(session_, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    return taken == static_cast<ssize_t>(bytes.size());
  }
  std::vector<Complete> Completed() { return std::exchange(completed_, {}); }
  bool Receiving() const {
    return std::any_of(exchanges_.begin(), exchanges_.end(), [](const auto& item) { return !item.second.complete; });
  }
  bool Idle() const { return exchanges_.empty(); }
  bool Done() const { return nghttp2_session_want_read(session_) == 0 && nghttp2_session_want_write(session_) == 0; }

  void Respond(std::int32_t id, Response response) {
    const auto found = exchanges_.find(id);
    if (found == exchanges_.end()) return;  // the client has lost interest
    Exchange& exchange = found->second;
    const bool body = !exchange.head_only && !response.body.empty();
    std::vector<std::pair<std::string, std::string>> fields = {
        {":status", std::to_string(response.status)}, {"content-length", std::to_string(response.body.size())}};
    if (!response.content_type.empty()) fields.emplace_back("content-type", std::move(response.content_type));
    for (auto& [name, value] : response.headers) fields.emplace_back(Lower(name), std::move(value));
    std::vector<nghttp2_nv> pairs;
    pairs.reserve(fields.size());
    for (const auto& [name, value] : fields) pairs.push_back(Field(name, value));
    exchange.answer = std::move(response.body);
    nghttp2_data_provider provider{{.ptr = &exchange}, ReadBody};
    nghttp2_submit_response(session_, id, pairs.data(), pairs.size(), body ? &provider : nullptr);
  }

  void GoAway() {
    nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE, nghttp2_session_get_last_proc_stream_id(session_),
                          NGHTTP2_NO_ERROR, nullptr, 0);
  }
  void Terminate() { nghttp2_session_terminate_session(session_, NGHTTP2_NO_ERROR); }

  /// The next bytes for the peer; empty when there are none.
  std::string Send() {
    std::string out;
    while (out.size() < kWriteBytes) {
      const std::uint8_t* data = nullptr;
      const ssize_t size = nghttp2_session_mem_send(session_, &data);
      if (size <= 0) break;
      out.append(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size));
    }
    return out;
  }

 private:
  /// A request and its answer.
  struct Exchange {
    Request request;
    std::size_t header_bytes = 0;
    bool head_only = false;
    bool complete = false;  ///< wholly received
    bool refused = false;   ///< answered before its end
    std::string answer;
    std::size_t sent = 0;
  };

  Exchange* Find(std::int32_t id) {
    const auto found = exchanges_.find(id);
    return found == exchanges_.end() ? nullptr : &found->second;
  }

  void Header(Exchange& exchange, std::string name, std::string value) {
    Request& request = exchange.request;
    exchange.header_bytes += name.size() + value.size();
    if (name == ":method") {
      exchange.head_only = value == "HEAD";
      request.method = std::move(value);
    } else if (name == ":path") {
      SetTarget(request, std::move(value));
    } else if (name == ":authority") {
      request.headers.emplace_back("host", std::move(value));
    } else if (name == "cookie") {  // a client may send its cookies one by one (RFC 9113 8.2.3)
      for (auto& [known, text] : request.headers) {
        if (known == name) return void(text += "; " + value);
      }
      request.headers.emplace_back(std::move(name), std::move(value));
    } else if (!name.starts_with(':')) {
      request.headers.emplace_back(std::move(name), std::move(value));
    }
  }

  void Refuse(std::int32_t id, Exchange& exchange, Response response) {
    exchange.refused = true;
    Respond(id, std::move(response));
  }

  static int OnBeginHeaders(nghttp2_session*, const nghttp2_frame* frame, void* self) {
    if (frame->headers.cat == NGHTTP2_HCAT_REQUEST) static_cast<Protocol*>(self)->exchanges_[frame->hd.stream_id];
    return 0;
  }

  // NOLINTNEXTLINE(readability-function-size): nghttp2 gives the parameters
  static int OnHeader(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name, std::size_t name_size,
                      const std::uint8_t* value, std::size_t value_size, std::uint8_t, void* user) {
    auto& self = *static_cast<Protocol*>(user);
    Exchange* exchange = self.Find(frame->hd.stream_id);
    if (exchange == nullptr || exchange->refused) return 0;
    self.Header(*exchange, {reinterpret_cast<const char*>(name), name_size},
                {reinterpret_cast<const char*>(value), value_size});
    if (exchange->header_bytes > self.state_.options.max_header_bytes) {
      self.Refuse(frame->hd.stream_id, *exchange, self.state_.HeadTooLarge());
    }
    return 0;
  }

  static int OnData(nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* data, std::size_t size,
                    void* user) {
    auto& self = *static_cast<Protocol*>(user);
    Exchange* exchange = self.Find(id);
    if (exchange == nullptr || exchange->refused) return 0;
    exchange->request.body.append(reinterpret_cast<const char*>(data), size);
    if (exchange->request.body.size() > self.state_.options.max_body_bytes) {
      self.Refuse(id, *exchange, self.state_.BodyTooLarge());
    }
    return 0;
  }

  static int OnFrame(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    auto& self = *static_cast<Protocol*>(user);
    const bool of_a_request = frame->hd.type == NGHTTP2_DATA || frame->hd.type == NGHTTP2_HEADERS;
    if (!of_a_request || (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) == 0) return 0;
    Exchange* exchange = self.Find(frame->hd.stream_id);
    if (exchange == nullptr) return 0;
    exchange->complete = true;
    if (!exchange->refused) self.completed_.emplace_back(frame->hd.stream_id, std::move(exchange->request));
    return 0;
  }

  static int OnStreamClose(nghttp2_session*, std::int32_t id, std::uint32_t, void* user) {
    static_cast<Protocol*>(user)->exchanges_.erase(id);
    return 0;
  }

  // NOLINTNEXTLINE(readability-function-size): nghttp2 gives the parameters
  static ssize_t ReadBody(nghttp2_session*, std::int32_t, std::uint8_t* into, std::size_t size, std::uint32_t* flags,
                          nghttp2_data_source* source, void*) {
    auto& exchange = *static_cast<Exchange*>(source->ptr);
    const std::size_t count = std::min(size, exchange.answer.size() - exchange.sent);
    std::copy_n(exchange.answer.data() + exchange.sent, count, into);
    exchange.sent += count;
    if (exchange.sent == exchange.answer.size()) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(count);
  }

  const ServerState& state_;
  nghttp2_session* session_ = nullptr;
  std::map<std::int32_t, Exchange> exchanges_;  // by stream; addresses stay
  std::vector<Complete> completed_;
};

Http2Session::Http2Session(ServerState& state, TlsStream stream, Peer peer)
    : state_(state), stream_(std::move(stream)), peer_(std::move(peer)), protocol_(std::make_unique<Protocol>(state_)) {
  state_.Add(this);
}

Http2Session::~Http2Session() {
  state_.Remove(this);
}

void Http2Session::Start() {
  Watch();
  Write();
  Read();
}

void Http2Session::Drain() {
  auto weak = weak_from_this();
  asio::post(stream_.get_executor(), [weak] {
    auto self = weak.lock();
    if (!self) return;
    self->protocol_->Idle() ? self->protocol_->Terminate() : self->protocol_->GoAway();
    self->Write();
  });
}

void Http2Session::Abort() {
  auto weak = weak_from_this();
  asio::post(stream_.get_executor(), [weak] {
    if (auto self = weak.lock(); self && self->Late(Clock::now())) self->stream_.close();
  });
}

void Http2Session::Watch() {
  const bool receiving = protocol_->Receiving();
  if (receiving && !writing_) {
    if (!receiving_) SetDeadline(state_.options.header_timeout);  // from its begin: a trickle gains no time
  } else if (answering_ > 0 && !writing_) {
    NoDeadline();
  } else {
    SetDeadline(state_.options.idle_timeout);
  }
  receiving_ = receiving;
}

void Http2Session::Read() {
  in_.resize(kReadBytes);
  stream_.async_read_some(asio::buffer(in_), [self = shared_from_this()](ErrorCodeOfIo error, std::size_t size) {
    if (error) return self->Close();
    if (!self->protocol_->Receive(std::string_view(self->in_).substr(0, size))) return self->Close();
    for (auto& [stream, request] : self->protocol_->Completed()) self->Answer(stream, std::move(request));
    self->Write();
    self->Watch();
    if (!self->closed_) self->Read();
  });
}

void Http2Session::Answer(std::int32_t stream, Request request) {
  peer_.Describe(request);
  ++answering_;
  state_.lanes.Run([self = shared_from_this(), stream, held = std::make_shared<Request>(std::move(request))] {
    self->state_.Call(held, [self, stream](Response response) {
      asio::dispatch(self->stream_.get_executor(), [self, stream, answer = std::move(response)]() mutable {
        --self->answering_;
        self->protocol_->Respond(stream, std::move(answer));
        if (self->state_.stopping) self->protocol_->GoAway();
        self->Write();
        self->Watch();
      });
    });
  });
}

void Http2Session::Write() {
  if (writing_ || closed_) return;
  out_ = protocol_->Send();
  if (out_.empty()) {
    if (protocol_->Done() || (state_.stopping && protocol_->Idle())) Close();
    return;
  }
  writing_ = true;
  asio::async_write(stream_, asio::buffer(out_), [self = shared_from_this()](ErrorCodeOfIo error, std::size_t) {
    self->writing_ = false;
    if (error) return self->Close();
    self->Write();
    self->Watch();
  });
}

void Http2Session::Close() {
  if (std::exchange(closed_, true)) return;
  SetDeadline(std::chrono::seconds(5));
  stream_.AsyncShutdown([self = shared_from_this()](ErrorCodeOfIo) { self->stream_.close(); });
}

}  // namespace steward::net
