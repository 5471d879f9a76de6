//! One request, from the types of crate `http` to those of Safelight and back.

use bytes::{Buf, Bytes};
use http::{header, HeaderName, HeaderValue, StatusCode, Uri};
use http_body_util::BodyExt;
use safelight::{CancelToken, Job, Service};

/// Path and query as they were sent.
pub(crate) fn target_of(uri: &Uri) -> String {
    uri.path_and_query().map_or("/", |target| target.as_str()).to_owned()
}

/// The answer to a request whose body may have `limit` bytes.
pub(crate) async fn answered<B>(
    service: Service,
    request: http::Request<B>,
    target: String,
    limit: u64,
) -> http::Response<Bytes>
where
    B: http_body::Body + Unpin,
{
    let (head, body) = request.into_parts();
    let Some(body) = read(body, limit).await else {
        return told(StatusCode::BAD_REQUEST, "the body broke off");
    };
    let cancel = CancelToken::new();
    // Dropped with this future when the client goes away.
    let _gone = CancelOnDrop(cancel.clone());
    let work = move || {
        let headers = headers_of(&head);
        let headers: Vec<(&str, &str)> =
            headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let job = Job::new(service.limits(), cancel);
        let method = head.method.as_str();
        let request =
            safelight::Request { method, target: &target, headers: &headers, body: &body };
        sent(service.handle(&request, &job), method == "HEAD")
    };
    match tokio::task::spawn_blocking(work).await {
        Ok(response) => response,
        Err(_) => told(StatusCode::SERVICE_UNAVAILABLE, "the server is closing"),
    }
}

struct CancelOnDrop(CancelToken);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

/// The body, and one byte more than `limit` of one that is too long; `None` when it broke off.
async fn read<B: http_body::Body + Unpin>(mut body: B, limit: u64) -> Option<Vec<u8>> {
    let most = usize::try_from(limit).unwrap_or(usize::MAX).saturating_add(1);
    let expected = usize::try_from(body.size_hint().lower()).unwrap_or(0);
    let mut bytes = Vec::with_capacity(expected.min(most));
    while bytes.len() < most {
        let Some(frame) = body.frame().await else { break };
        if let Ok(mut data) = frame.ok()?.into_data() {
            let length = data.remaining().min(most - bytes.len());
            bytes.extend_from_slice(&data.copy_to_bytes(length));
        }
    }
    Some(bytes)
}

/// Headers as text; HTTP/2 says the host elsewhere.
fn headers_of(head: &http::request::Parts) -> Vec<(String, String)> {
    let text = |(name, value): (&HeaderName, &HeaderValue)| {
        (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    let mut headers: Vec<(String, String)> = head.headers.iter().map(text).collect();
    if let (None, Some(host)) = (head.headers.get(header::HOST), head.uri.authority()) {
        headers.push(("host".to_owned(), host.as_str().to_owned()));
    }
    headers
}

/// The response; its body is the service's own memory.
fn sent(response: safelight::Response, head: bool) -> http::Response<Bytes> {
    let safelight::Response { status, headers, body } = response;
    // A length of nothing would contradict the one that a HEAD response says.
    let body = if head { Bytes::new() } else { Bytes::from_owner(body) };
    let mut sent = http::Response::new(body);
    *sent.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in headers {
        let name = HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(&value)) {
            sent.headers_mut().append(name, value);
        }
    }
    sent
}

fn told(status: StatusCode, text: &'static str) -> http::Response<Bytes> {
    let mut response = http::Response::new(Bytes::from_static(text.as_bytes()));
    *response.status_mut() = status;
    response
}
