// SPDX-License-Identifier: Apache-2.0
#include "net/server_state.hpp"

#include <array>

#include "net/compress.hpp"

namespace steward::net {
namespace {

/// HTTP/2 when the client offers it, HTTP/1.1 otherwise; nothing when it offers neither.
int ChooseProtocol(SSL*, const unsigned char** out, unsigned char* size, const unsigned char* offered,
                   unsigned offered_size, void*) {
  static constexpr std::array<unsigned char, 12> kSpoken = {2, 'h', '2', 8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, size, kSpoken.data(), kSpoken.size(), offered, offered_size) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_NOACK;
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

asio::ssl::context MakeContext(const TlsConfig& config) {
  asio::ssl::context context(asio::ssl::context::tls_server);
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  context.use_certificate_chain(asio::buffer(config.certificate_pem));
  context.use_private_key(asio::buffer(config.key_pem), asio::ssl::context::pem);
  if (config.http2) SSL_CTX_set_alpn_select_cb(context.native_handle(), ChooseProtocol, nullptr);
  if (!config.client_ca_pem.empty()) {
    context.add_certificate_authority(asio::buffer(config.client_ca_pem));
    context.set_verify_mode(asio::ssl::verify_peer);
    // Connections of agents last; a ticket would cost a fifth of the handshake (OpenSSL copies the session to make it).
    SSL_CTX_set_num_tickets(context.native_handle(), 0);
    SSL_CTX_set_options(context.native_handle(), SSL_OP_NO_TICKET);
    SSL_CTX_set_session_cache_mode(context.native_handle(), SSL_SESS_CACHE_OFF);
  }
  static constexpr unsigned char kSessionContext[] = "steward";
  SSL_CTX_set_session_id_context(context.native_handle(), kSessionContext, sizeof(kSessionContext) - 1);
  return context;
}

}  // namespace

ServerState::ServerState(ServerOptions o, Handler h, UpgradeHandler u, HandshakeFailure f)
    : options(std::move(o)),
      handler(std::move(h)),
      upgrade(std::move(u)),
      failure(std::move(f)),
      trusted_proxies(options.trusted_proxies),
      io(options.io_threads),
      workers(static_cast<std::size_t>(options.worker_threads)),
      lanes(io, workers, options.io_threads - 1) {
  if (!options.tls.certificate_pem.empty()) tls.emplace(MakeContext(options.tls));
}

void ServerState::Add(SessionBase* session) {
  const std::lock_guard lock(mutex);
  sessions.insert(session);
}

void ServerState::Remove(SessionBase* session) {
  const std::lock_guard lock(mutex);
  sessions.erase(session);
  changed.notify_all();
}

void ServerState::Sweep() {
  const std::lock_guard lock(mutex);
  const auto now = SessionBase::Clock::now();
  for (SessionBase* session : sessions) {
    if (session->Late(now)) session->Abort();
  }
}

void ServerState::Call(const std::shared_ptr<Request>& request, std::function<void(Response)> then) const {
  Response response;
  try {
    response = handler(*request);
  } catch (const std::exception& error) {
    spdlog::error("request {} {} failed: {}", request->method, request->path, error.what());
    response = ErrorResponse(
        {.code = ErrorCode::kInternal, .message = "The console met an unexpected fault; its log has the details."});
  }
  const auto finish = [request, then = std::move(then)](Response answer) {
    Compress(*request, answer);
    then(std::move(answer));
  };
  response.later ? response.later(finish) : finish(std::move(response));
}

Response ServerState::BodyTooLarge() const {
  return ErrorResponse(
      {.code = ErrorCode::kTooLarge,
       .message = fmt::format("The request body is larger than the {} bytes that are accepted. Send less per request.",
                              options.max_body_bytes)});
}

Response ServerState::HeadTooLarge() const {
  return ErrorResponse(
      {.code = ErrorCode::kTooLarge,
       .message = fmt::format("The request line and headers are larger than {} bytes.", options.max_header_bytes)});
}

void Peer::Describe(Request& request) const {
  request.peer = address;
  request.certificate = certificate;
  request.proxy = proxy;
  request.proxy_name = proxy_name;
}

void SetTarget(Request& request, std::string target) {
  request.target = std::move(target);
  const std::string_view text = request.target;
  const std::size_t mark = std::min(text.find('?'), text.size());
  request.path = PercentDecode(text.substr(0, mark), false);
  if (mark < text.size()) request.query = ParseQuery(text.substr(mark + 1), true);
}

}  // namespace steward::net
