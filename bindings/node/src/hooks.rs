//! JavaScript functions as hooks of core. A render on a thread of the pool hands its pixels to
//! the main thread and waits for the answer, which may come from a promise.

use std::sync::mpsc::{channel, Sender};
use std::sync::{Arc, Mutex};

use napi::bindgen_prelude::{Buffer, FnArgs};
use napi::threadsafe_function::{
    ThreadsafeFunction, ThreadsafeFunctionCallMode, UnknownReturnValue,
};
use napi::Status;
use napi_derive::napi;
use safelight::hooks::{Hooks, Pixels};
use safelight::{Error, Kind, Result, KINDS};

/// Name of the hook, its bytes, its sizes, and where the answer goes.
type Call = FnArgs<(String, Buffer, Vec<u32>, Reply)>;

/// The JavaScript half of all hooks; it does not keep the process alive.
pub(crate) type Dispatch = ThreadsafeFunction<Call, UnknownReturnValue, Call, Status, false, true>;

/// Where the answer of one hook goes. It is answered once.
#[napi]
pub struct Reply(Mutex<Option<Sender<Result<Vec<u8>>>>>);

#[napi]
impl Reply {
    /// The hook is done.
    #[napi]
    pub fn answer(&self, bytes: &[u8]) {
        self.send(Ok(bytes.to_vec()));
    }

    /// The hook failed: with an error of ours, or one of its own.
    #[napi]
    pub fn fail(&self, name: String, code: Option<String>, message: String) {
        let known = KINDS.iter().find(|names| Some(names.node) == code.as_deref());
        let kind = known.map_or(Kind::Storage, |names| names.kind);
        let text = format!("{name}: the hook of the host failed");
        self.send(Err(Error::new(kind, text).with_context(message)));
    }

    fn send(&self, result: Result<Vec<u8>>) {
        let sender = self.0.lock().ok().and_then(|mut sender| sender.take());
        if let Some(sender) = sender {
            // Nobody waits any more when the render is gone.
            let _ = sender.send(result);
        }
    }
}

/// The hooks whose names are in `offered`.
pub(crate) fn hooks(offered: &[String], dispatch: Dispatch) -> Hooks {
    let dispatch = Arc::new(dispatch);
    let has = |name: &str| offered.iter().any(|offer| offer == name).then(|| dispatch.clone());
    let mut hooks = Hooks::default();
    if let Some(call) = has("segment") {
        hooks = hooks.on_segment(Arc::new(move |picture: Pixels<'_>, mask: &mut [u8]| {
            let sizes = vec![picture.width, picture.height];
            ask(&call, "segment", picture.data, sizes, mask)
        }));
    }
    if let Some(call) = has("upscale") {
        hooks = hooks.on_upscale(Arc::new(
            move |picture: Pixels<'_>, to: (u32, u32), larger: &mut [u8]| {
                let sizes = vec![picture.width, picture.height, to.0, to.1];
                ask(&call, "upscale", picture.data, sizes, larger)
            },
        ));
    }
    if let Some(call) = has("decode") {
        hooks =
            hooks.on_decode(Arc::new(move |source: &[u8], size: (u32, u32), pixels: &mut [u8]| {
                ask(&call, "decode", source, vec![size.0, size.1], pixels)
            }));
    }
    hooks
}

fn ask(
    dispatch: &Dispatch,
    name: &str,
    bytes: &[u8],
    sizes: Vec<u32>,
    out: &mut [u8],
) -> Result<()> {
    let (sender, receiver) = channel();
    let reply = Reply(Mutex::new(Some(sender)));
    let call = FnArgs::from((name.to_owned(), Buffer::from(bytes), sizes, reply));
    let status = dispatch.call(call, ThreadsafeFunctionCallMode::NonBlocking);
    if status != Status::Ok {
        return Err(Error::internal(format!("{name}: the hook could not be called: {status}")));
    }
    // A reply that is thrown away without an answer ends the wait too.
    let gone = |_| Error::internal(format!("{name}: the hook gave no answer"));
    let answer = receiver.recv().map_err(gone)??;
    if answer.len() != out.len() {
        let expected = format!("{} bytes from the hook", out.len());
        return Err(Error::invalid(name, &expected, answer.len()));
    }
    out.copy_from_slice(&answer);
    Ok(())
}
